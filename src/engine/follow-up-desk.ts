import type { Person } from '../domain/actor.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { DomainEvent } from '../domain/event.ts';
import { dayIn, FOLLOW_UP_TEXT, isDay, proofName } from '../domain/follow-up.ts';
import {
  type FollowUp,
  type FollowUpRecord,
  followUpId,
  refusedName,
  takeUp,
} from '../domain/follow-up-record.ts';
import { isSame } from '../domain/told.ts';
import type { Clock } from '../ports/clock.ts';
import type { State } from '../ports/state.ts';
import type { FollowUpChange, FollowUpDesk, FollowUpWish } from './desk-follow-ups.ts';
import { createFollowUpBook } from './follow-up-book.ts';

interface FollowUpDeskOptions {
  readonly state: Pick<State, 'journal'>;
  /** Why somebody may not change follow-ups, or null. */
  readonly whyNot: (by: Person) => Promise<string | null>;
  /** Names of the databases of the configuration, and of the audits. */
  readonly databases: readonly string[];
  readonly audits: readonly string[];
  /** IANA name of the zone of the team. */
  readonly timeZone: string;
  readonly clock: Clock;
}

/** What becomes of a wish: what is written down, and why nothing else is. */
interface Decided {
  readonly events: readonly DomainEvent[];
  readonly refusal: string | null;
}

const NOTHING: Decided = { events: [], refusal: null };
const refuse = (refusal: string): Decided => ({ events: [], refusal });

/** How people see and change follow-ups. Authority is read at the moment of the wish; a refusal is written down. */
export function createFollowUpDesk(options: FollowUpDeskOptions): FollowUpDesk {
  const book = createFollowUpBook(options.state.journal);
  const today = () => dayIn(options.timeZone, options.clock.now());

  async function decide(
    record: FollowUpRecord,
    { by, click }: Pick<FollowUpWish, 'by' | 'click'>,
    wish: string,
    make: () => Decided,
  ): Promise<Decided> {
    if (click !== undefined && record.clicks.includes(click)) return NOTHING;
    const reason = await options.whyNot(by);
    if (reason === null) return make();
    const isKnown = record.refused.includes(refusedName(by, wish));
    const events = isKnown ? [] : [{ type: 'follow-up.refused' as const, wish, by, reason }];
    return { events, refusal: `${reason} Nothing was changed.` };
  }

  return {
    audits: options.audits,
    async view() {
      const { items, digest, reopenings } = (await book.read()).record;
      return { items, digest, reopenings, today: today() };
    },

    async add(wish) {
      let decided = NOTHING;
      let id = '';
      const { record } = await book.change(async (page) => {
        id = followUpId(page.record.items.length + 1);
        decided = await decide(page.record, wish, 'add', () => addition(wish, id, options));
        return decided.events;
      });
      const followUp = record.items.find((one) => one.id === id);
      if (followUp !== undefined) return { status: 'added', followUp };
      return { status: 'refused', message: decided.refusal ?? 'It was added before.' };
    },

    async take({ incident, drafts, by }) {
      let decided = NOTHING;
      await book.change(async ({ record }) => {
        decided = await decide(record, { by }, 'add', () => ({
          events: takeUp(record, incident, drafts, by),
          refusal: null,
        }));
        return decided.events;
      });
      return decided.refusal;
    },

    async change(wish) {
      let decided = NOTHING;
      await book.change(async ({ record }) => {
        decided = await decide(record, wish, wish.to ?? 'change', () => changes(record, wish, today()));
        return decided.events;
      });
      return decided.refusal;
    },
  };
}

function addition(
  { text: given, database, proofs, incident, owner, due, by, click }: FollowUpWish,
  id: string,
  { databases, audits }: Pick<FollowUpDeskOptions, 'databases' | 'audits'>,
): Decided {
  const text = given.trim();
  if (!isLongEnough(text)) return refuse(`Say what is to be done ${LENGTHS}.`);
  if (due !== null && !isDay(due)) return refuse(NO_DAY);
  if (database !== null && !databases.includes(database))
    return refuse(unknown('database', database, databases));
  if (proofs.length > 0 && database === null) return refuse('Say in which database the audit looks.');
  const missing = proofs.find(({ audit }) => !audits.includes(audit));
  if (missing !== undefined) return refuse(unknown('audit', missing.audit, audits));
  const item = { id, text, database, proofs: [...proofs], incident, owner, due, by };
  return { events: [{ type: 'follow-up.added', ...item, ...named(click) }], refusal: null };
}

const LENGTHS = `in ${FOLLOW_UP_TEXT.least} to ${FOLLOW_UP_TEXT.most} characters`;
const NO_DAY = 'Give the day as 2026-12-31.';

function changes(record: FollowUpRecord, wish: FollowUpChange, today: string): Decided {
  const { id, by } = wish;
  const item = record.items.find((one) => one.id === id);
  if (item === undefined) return refuse(`There is no follow-up ${id}.`);
  const events: DomainEvent[] = [];
  const click = named(wish.click);
  if (wish.owner !== undefined && !isOwner(item, wish.owner))
    events.push({ type: 'follow-up.assigned', id, owner: wish.owner, by, ...click });
  if (wish.due !== undefined && wish.due !== item.due) {
    if (wish.due !== null && !isDay(wish.due)) return refuse(NO_DAY);
    if (wish.due !== null && wish.due < today)
      return refuse(`${wish.due} is over. Give a day that is to come.`);
    events.push({ type: 'follow-up.scheduled', id, due: wish.due, by, ...click });
  }
  const reason = (wish.reason ?? '').trim();
  if (wish.to !== undefined && wish.to !== item.status) {
    const refusal = whyNotSettled(item, wish.to, reason);
    if (refusal !== null) return refuse(refusal);
    const because = reason === '' ? 'Said so.' : reason;
    events.push({ type: 'follow-up.settled', id, to: wish.to, by, because, reading: null, ...click });
  }
  return { events, refusal: null };
}

function whyNotSettled({ id, proofs }: FollowUp, to: FollowUpChange['to'], reason: string): string | null {
  if (to === 'done' && proofs.length > 0)
    return `${id} is proved by ${proofs.map(proofName).join(', ')}: it is done when that is green, seen by the next run of the audits. If it shall not be done, drop it with a reason.`;
  const isNeeded = to === 'dropped' || reason !== '';
  return isNeeded && !isLongEnough(reason) ? `Say why ${LENGTHS}. Nothing was changed.` : null;
}

function isOwner({ owner }: FollowUp, wanted: Person | null): boolean {
  return owner === wanted || (owner !== null && wanted !== null && isSame(owner, wanted));
}

function isLongEnough({ length }: string): boolean {
  return length >= FOLLOW_UP_TEXT.least && length <= FOLLOW_UP_TEXT.most;
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = didYouMean(name.toLowerCase(), known);
  return `There is no ${what} "${name.slice(0, 60)}".${near === null ? '' : ` Did you mean ${near}?`}`;
}

function named(click: string | undefined): { readonly click?: string } {
  return click === undefined ? {} : { click };
}
