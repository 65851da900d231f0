import { z } from 'zod';
import { hashJson } from '../../domain/json.ts';
import { readCarried } from './carried.ts';
import type { Claimed } from './people.ts';
import type { Whereabouts } from './tell.ts';

/** The parts of a block_actions payload that are used (docs.slack.dev/reference/interaction-payloads). */
const Payload = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional(), name: z.string().optional() }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string().optional(),
  actions: z
    .array(
      z.object({
        value: z.string().optional(),
        action_id: z.string().optional(),
        action_ts: z.string().optional(),
      }),
    )
    .min(1),
});

/** A press of a button that is on no card. */
export interface Press {
  /** Names this one press, wherever it is delivered again; undefined when the payload lacks the time. */
  readonly id: string | undefined;
  readonly by: Claimed;
  readonly whereabouts: Whereabouts;
  /** Opens a modal, once and within 3 seconds. */
  readonly triggerId: string | null;
  /** What the button carried. Throws when it is none of ours. */
  value<T>(schema: z.ZodType<T>): T;
}

/** Throws when the payload is not as Slack documents it. */
export function readPress(body: unknown): Press {
  const { user, channel, message, response_url, trigger_id, actions } = Payload.parse(body);
  const { value: carried, action_id, action_ts } = actions[0] ?? {};
  const named = [user.id, channel?.id, message?.ts, action_id, action_ts, carried];
  return {
    id: action_ts === undefined ? undefined : hashJson(named).slice(0, 32),
    by: { id: user.id, teamId: user.team_id ?? null, name: user.name ?? null },
    whereabouts: {
      user: user.id,
      channel: channel?.id ?? null,
      thread: message?.thread_ts ?? null,
      responseUrl: response_url ?? null,
    },
    triggerId: trigger_id ?? null,
    value: (schema) => readCarried(schema, carried),
  };
}
