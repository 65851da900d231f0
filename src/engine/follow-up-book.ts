import type { DomainEvent } from '../domain/event.ts';
import type { AuditReading, FollowUpDraft } from '../domain/follow-up.ts';
import {
  type FollowUpRecord,
  foldFollowUps,
  judged,
  noFollowUps,
  takeUp,
} from '../domain/follow-up-record.ts';
import { streams } from '../domain/streams.ts';
import type { Journal } from '../ports/state.ts';

/** The follow-ups at one moment. */
export interface FollowUpPage {
  readonly version: number;
  readonly record: FollowUpRecord;
}

/** What was written down of the follow-ups. Whatever is decided is decided again when somebody else wrote meanwhile. */
export interface FollowUpBook {
  read(): Promise<FollowUpPage>;
  /** Appends what `make` decides on the newest page; nothing when it decides nothing. Answers the page after it. */
  change(
    make: (page: FollowUpPage) => readonly DomainEvent[] | Promise<readonly DomainEvent[]>,
  ): Promise<FollowUpPage>;
  /** Takes up what an incident left to do; a second time changes nothing. */
  take(incident: string, drafts: readonly FollowUpDraft[]): Promise<void>;
  /** Lets runs of the audits say what is done and what came back; a second time changes nothing. */
  judge(readings: readonly AuditReading[]): Promise<void>;
}

export function createFollowUpBook(journal: Pick<Journal, 'read' | 'append'>): FollowUpBook {
  async function read(): Promise<FollowUpPage> {
    const entries = await journal.read(streams.followUps);
    return { version: entries.at(-1)?.version ?? 0, record: entries.reduce(foldFollowUps, noFollowUps) };
  }

  async function change(make: Parameters<FollowUpBook['change']>[0]): Promise<FollowUpPage> {
    for (;;) {
      const page = await read();
      const events = await make(page);
      if (events.length === 0) return page;
      const work = [{ kind: 'render' as const, key: streams.followUps }];
      const { status } = await journal.append(streams.followUps, page.version, events, { work });
      if (status === 'appended') return await read();
    }
  }

  return {
    read,
    change,
    async take(incident, drafts) {
      await change(({ record }) => takeUp(record, incident, drafts));
    },
    async judge(readings) {
      await change(({ record }) => judged(record, readings));
    },
  };
}
