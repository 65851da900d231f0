import type { SandboxContext } from '../context.ts';
import { shownStack, workspaceState } from '../control/state.ts';
import { isJsonObject, type JsonObject, objectsOf } from '../json.ts';
import type { Frame } from './frame.ts';

/**
 * Tells every change of what the page shows as a frame, from a first one with all of it on. The returned function ends it,
 * with a last frame when something had changed since.
 */
export function record(context: SandboxContext, take: (frame: Frame) => void): () => void {
  const difference = createDifference(context);
  const look = () => {
    const frame = difference();
    if (frame !== null) take(frame);
  };
  look();
  const stop = context.workspace.changes.listen({ changed: look, viewsChanged: look });
  return () => {
    stop();
    look();
  };
}

/** What changed since the last call; null when nothing did. */
function createDifference(context: SandboxContext): () => Frame | null {
  const shown = new Map<string, string>();
  const files = new Set<string>();
  /** Whether this part is another one than the last time. */
  const isNew = (part: string, value: unknown): boolean => {
    const text = JSON.stringify(value);
    const was = shown.get(part);
    shown.set(part, text);
    return was !== text;
  };
  return () => {
    const { workspace } = context;
    const { channels: all, homes, version: _version, ...base } = workspaceState(context);
    const channels = objectsOf(all).map(({ messages, ...channel }) => ({
      channel,
      messages: objectsOf(messages),
    }));
    const frame: Omit<Frame, 'at'> = {
      ...(isNew('base', base) ? { base } : {}),
      ...(isNew(
        'channels',
        channels.map(({ channel }) => channel),
      )
        ? { channels: channels.map(({ channel }) => channel) }
        : {}),
      ...ifAny('messages', changedMessages(channels, shown, isNew)),
      ...(isJsonObject(homes) && isNew('homes', homes) ? { homes } : {}),
      ...changedStacks(context, isNew),
      ...ifAny('files', newFiles(workspace.files, files)),
    };
    return Object.keys(frame).length === 0 ? null : { at: workspace.now(), ...frame };
  };
}

const ifAny = <K extends string, T>(key: K, items: T[]) =>
  (items.length === 0 ? {} : { [key]: items }) as Partial<Record<K, T[]>>;

function changedMessages(
  channels: readonly { channel: JsonObject; messages: readonly JsonObject[] }[],
  shown: Map<string, string>,
  isNew: (part: string, value: unknown) => boolean,
): NonNullable<Frame['messages']> {
  const present = new Set<string>();
  const changed = channels.flatMap(({ channel, messages }) =>
    messages.flatMap((message) => {
      const key = `message ${String(channel.id)} ${String(message.ts)}`;
      present.add(key);
      return isNew(key, message) ? [{ channel: String(channel.id), ts: String(message.ts), message }] : [];
    }),
  );
  const gone = [...shown.keys()].filter((key) => key.startsWith('message ') && !present.has(key));
  for (const key of gone) shown.delete(key);
  return [
    ...changed,
    ...gone.map((key) => {
      const [, channel = '', ts = ''] = key.split(' ');
      return { channel, ts, message: null };
    }),
  ];
}

function changedStacks(
  context: SandboxContext,
  isNew: (part: string, value: unknown) => boolean,
): Pick<Frame, 'stacks'> {
  const stacks = Object.fromEntries(
    [...context.workspace.stacks.keys()].map((user) => [user, shownStack(context, user)]),
  );
  return isNew('stacks', stacks) && Object.keys(stacks).length > 0 ? { stacks } : {};
}

function newFiles(
  files: SandboxContext['workspace']['files'],
  known: Set<string>,
): NonNullable<Frame['files']> {
  return [...files.values()].flatMap(({ id, name, body, completed }) => {
    if (!completed || body === undefined || known.has(id)) return [];
    known.add(id);
    return [{ id, name, body: body.toString('base64') }];
  });
}
