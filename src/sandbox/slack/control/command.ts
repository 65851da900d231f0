import { z } from 'zod';
import type { SandboxContext } from '../context.ts';
import { commandPayload } from '../interactivity/people.ts';
import { respond } from '../interactivity/respond.ts';
import type { ResponseTarget } from '../interactivity/response-urls.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { ApiError } from '../web-api/api-error.ts';
import { ControlError } from './control-error.ts';
import { route } from './control-route.ts';
import { actingUser, channelOfMember } from './find.ts';
import { toldVerdict } from './message-action.ts';

const input = z.looseObject({
  user: z.string(),
  channel: z.string(),
  command: z.string(),
  text: z.string().default(''),
});

/** The message in an acknowledgement: text as it is, or JSON with something to show; undefined when it is empty. */
function messageIn(response: unknown): JsonObject | undefined {
  if (typeof response === 'string') return response.trim() === '' ? undefined : { text: response };
  if (!isJsonObject(response)) return undefined;
  return response.text === undefined && response.blocks === undefined ? undefined : response;
}

function show(context: SandboxContext, target: ResponseTarget, body: JsonObject): JsonObject {
  try {
    respond(context, target, { ...body, replace_original: false, delete_original: false });
    return { response: body };
  } catch (error) {
    if (error instanceof ApiError) return { ok: false, error: error.code, ...error.extra };
    throw error;
  }
}

/** `POST /_sandbox/command`: a slash command typed into a channel. */
export const command = route('POST', 'command', input, async (context, given) => {
  const user = actingUser(context, given.user);
  const channel = channelOfMember(context, given.channel, user);
  if (!context.manifest.features.slash_commands.some((one) => one.command === given.command)) {
    throw new ControlError(404, `${given.command} is not a command of this app. Add it to the manifest.`);
  }
  const payload = commandPayload(context, user, channel, given.command, given.text);
  const delivered = await context.delivery().deliver({ type: 'slash_commands', payload });
  const body = delivered.verdict === 'acked' ? messageIn(delivered.response) : undefined;
  const target = { userId: user.id, channelId: channel.id };
  return { ...toldVerdict(delivered), ...(body === undefined ? {} : show(context, target, body)) };
});
