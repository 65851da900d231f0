import { z } from 'zod';
import type { JsonObject } from '../json.ts';

const Anything = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);

/** What changed at one moment. What is left out is as it was. */
export const Frame = z.object({
  /** Milliseconds of the epoch. */
  at: z.number(),
  /** Team, bot, people, commands and shortcuts; in the first frame. */
  base: Anything.optional(),
  /** Every channel without its messages, when one of them changed. */
  channels: z.array(Anything).optional(),
  /** Messages that are new or changed, with their channel; a null message was taken away. */
  messages: z
    .array(z.object({ channel: z.string(), ts: z.string(), message: Anything.nullable() }))
    .optional(),
  /** Home tabs by person. */
  homes: Anything.optional(),
  /** Open modals by person. */
  stacks: z.record(z.string(), z.array(Anything)).optional(),
  /** Files that were uploaded, their bytes in base64. */
  files: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })).optional(),
});
export type Frame = z.infer<typeof Frame>;

/** What the page of a recording shows at one moment. */
export interface Scene {
  readonly base: JsonObject;
  readonly channels: readonly JsonObject[];
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, JsonObject>>;
  readonly homes: JsonObject;
  readonly stacks: Readonly<Record<string, readonly JsonObject[]>>;
  readonly files: ReadonlyMap<string, { readonly name: string; readonly body: Buffer }>;
}

const EMPTY: Scene = {
  base: {},
  channels: [],
  messages: new Map(),
  homes: {},
  stacks: {},
  files: new Map(),
};

/** What is to be seen after these frames. */
export function sceneAfter(frames: readonly Frame[]): Scene {
  return frames.reduce(apply, EMPTY);
}

function apply(scene: Scene, frame: Frame): Scene {
  return {
    base: frame.base ?? scene.base,
    channels: frame.channels ?? scene.channels,
    messages: frame.messages === undefined ? scene.messages : withMessages(scene.messages, frame.messages),
    homes: frame.homes ?? scene.homes,
    stacks: frame.stacks ?? scene.stacks,
    files:
      frame.files === undefined
        ? scene.files
        : new Map([
            ...scene.files,
            ...frame.files.map(
              ({ id, name, body }) => [id, { name, body: Buffer.from(body, 'base64') }] as const,
            ),
          ]),
  };
}

function withMessages(
  before: Scene['messages'],
  changes: NonNullable<Frame['messages']>,
): Map<string, Map<string, JsonObject>> {
  const after = new Map([...before].map(([channel, messages]) => [channel, new Map(messages)]));
  for (const { channel, ts, message } of changes) {
    const messages = after.get(channel) ?? new Map<string, JsonObject>();
    after.set(channel, messages);
    if (message === null) messages.delete(ts);
    else messages.set(ts, message);
  }
  return after;
}

/** A scene in the form of `GET /_sandbox/state`. */
export function stateOf(scene: Scene): JsonObject {
  return {
    ...scene.base,
    channels: scene.channels.map((channel) => ({
      ...channel,
      messages: [...(scene.messages.get(String(channel.id)) ?? new Map()).values()].sort(
        (a: JsonObject, b: JsonObject) => Number(a.ts) - Number(b.ts),
      ),
    })),
    homes: scene.homes,
  };
}
