import { calls, posted } from '../../slack/sandbox-control.ts';
import type { Scene } from '../world/scene.ts';

/** What came into the channel during a storm. */
export interface InSlack {
  readonly posts: number;
  readonly parents: number;
  readonly updates: number;
  /** Calls that Slack refused with 429. */
  readonly limited: number;
  /** Posts each second, from the first to the last. */
  readonly postsPerSecond: number;
  /** The most posts within one second. */
  readonly mostInOneSecond: number;
  /** Messages that stand twice. */
  readonly twice: readonly string[];
}

export async function readSlack({ slack }: Scene): Promise<InSlack> {
  const posts = await calls(slack, 'chat.postMessage');
  const updates = await calls(slack, 'chat.update');
  const made = posts.filter(({ ok }) => ok).map(({ at }) => at);
  const seconds = ((made.at(-1) ?? 0) - (made[0] ?? 0)) / 1000;
  const names = (await posted(slack)).map(({ message }) =>
    JSON.stringify([message.metadata?.event_payload.incident, message.metadata?.event_payload.key]),
  );
  return {
    posts: made.length,
    parents: names.filter((name) => name.includes('"parent"')).length,
    updates: updates.filter(({ ok }) => ok).length,
    limited: [...posts, ...updates].filter(({ error }) => error === 'ratelimited').length,
    postsPerSecond: made.length / Math.max(1, seconds),
    mostInOneSecond: Math.max(
      0,
      ...made.map((at) => made.filter((other) => other >= at && other < at + 1000).length),
    ),
    twice: names.filter((name, index) => names.indexOf(name) !== index),
  };
}
