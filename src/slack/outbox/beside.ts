import { streams } from '../../domain/streams.ts';
import { followUpsTold } from '../blocks/follow-up-messages.ts';
import { watchdogMessages } from '../blocks/watchdog-messages.ts';
import { type DesiredMessage, digestMessages, noticeMessages, toldMessages } from './messages-of.ts';
import type { OutboxOptions } from './options.ts';

/** The key of the work that tells which alerts led to nothing. */
const NOTICES = 'intake';

/** Messages that belong to no incident, and since when there are any (ISO 8601; empty when there are none). */
export interface ToldBeside {
  readonly since: string;
  readonly messages: readonly DesiredMessage[];
}

type Stream = (typeof streams)[keyof typeof streams];

/** What the channel is told beside the incidents, by the key of its work. */
export type Beside = ReadonlyMap<string, () => Promise<ToldBeside>>;

export function createBeside({
  desk,
  digests,
  watchdog,
  clock,
  timeZone,
}: Pick<OutboxOptions, 'desk' | 'digests' | 'watchdog' | 'clock' | 'timeZone'>): Beside {
  const tell: Record<Stream | typeof NOTICES, () => Promise<ToldBeside>> = {
    async [NOTICES]() {
      const notices = await desk.notices();
      return { since: notices[0]?.firstAt ?? '', messages: noticeMessages(notices) };
    },
    async [streams.audits]() {
      const recent = await digests.recent(1);
      return { since: recent[0]?.slot ?? '', messages: digestMessages(recent) };
    },
    async [streams.watchdog]() {
      const told = watchdogMessages(await watchdog.policies(), { now: clock.now(), timeZone });
      return { since: told[0]?.at ?? '', messages: toldMessages(told) };
    },
    async [streams.followUps]() {
      const told = followUpsTold(await desk.followUps.view());
      return { since: told[0]?.at ?? '', messages: toldMessages(told) };
    },
  };
  return new Map(Object.entries(tell));
}
