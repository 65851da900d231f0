import type { Actor, Person } from './actor.ts';
import type { DomainEvent, EventOf, RecordedEvent } from './event.ts';
import {
  type AuditReading,
  type FollowUpDraft,
  type FollowUpStatus,
  isSameFollowUp,
  type Proof,
  proofName,
} from './follow-up.ts';

/** A follow-up as it is now. */
export interface FollowUp {
  /** Such as `FU-3`. */
  readonly id: string;
  readonly text: string;
  readonly database: string | null;
  readonly proofs: readonly Proof[];
  /** Ids of the incidents that named it, the first one first; none where a person added it by hand. */
  readonly incidents: readonly string[];
  readonly owner: Person | null;
  /** A day such as `2026-12-31`, in the zone of the team; or null. */
  readonly due: string | null;
  /** ISO 8601, like all that follow. */
  readonly addedAt: string;
  readonly addedBy: Actor;
  readonly status: FollowUpStatus;
  /** Since when it has this status, by whom, and why in a sentence; empty as long as it is as it was added. */
  readonly since: string;
  readonly by: Actor;
  readonly because: string;
  /** When it was said to be done before it was opened again; null when it never was. */
  readonly doneBefore: string | null;
}

/** A follow-up that was opened again by an audit or by an incident, as it was then. */
export interface Reopening {
  /** The same for all that were opened again by one run of the audits, or by one incident. */
  readonly cause: string;
  readonly at: string;
  readonly followUp: FollowUp;
}

/** What the weekly digest tells: a function of the journal until it was due. */
export interface FollowUpDigest {
  /** The time of the schedule that it is for, ISO 8601. */
  readonly slot: string;
  /** The day in the zone of the team. */
  readonly today: string;
  /** The most urgent first. */
  readonly open: readonly FollowUp[];
  /** Since the digest before. */
  readonly done: readonly FollowUp[];
  readonly reopened: readonly FollowUp[];
}

/** All follow-ups: the fold of their stream. */
export interface FollowUpRecord {
  /** In the order in which they were added. */
  readonly items: readonly FollowUp[];
  /** Newest last. */
  readonly reopenings: readonly Reopening[];
  /** The newest one, or null. */
  readonly digest: FollowUpDigest | null;
  /** When the newest digest was recorded, or null. */
  readonly digestedAt: string | null;
  /** Of who was not allowed to do what: written down once. */
  readonly refused: readonly string[];
  /** Names of the clicks that were carried out, newest last. */
  readonly clicks: readonly string[];
}

const MOST_REOPENINGS = 50;
const MOST_CLICKS = 200;

export const noFollowUps: FollowUpRecord = {
  items: [],
  reopenings: [],
  digest: null,
  digestedAt: null,
  refused: [],
  clicks: [],
};

/** The record after one more event. Pure. */
export function foldFollowUps(
  record: FollowUpRecord,
  recorded: Pick<RecordedEvent, 'event' | 'at'>,
): FollowUpRecord {
  const { event, at } = recorded;
  const click = 'click' in event ? event.click : undefined;
  const clicks = click === undefined ? record.clicks : [...record.clicks.slice(1 - MOST_CLICKS), click];
  return { ...apply(record, event, at), clicks };
}

function apply(record: FollowUpRecord, event: DomainEvent, at: string): FollowUpRecord {
  switch (event.type) {
    case 'follow-up.added':
      return { ...record, items: [...record.items, added(event, at)] };
    case 'follow-up.named':
      return named(record, event, at);
    case 'follow-up.assigned':
      return change(record, event.id, () => ({ owner: event.owner }));
    case 'follow-up.scheduled':
      return change(record, event.id, () => ({ due: event.due }));
    case 'follow-up.settled':
      return settled(record, event, at);
    case 'follow-up.refused':
      return { ...record, refused: [...record.refused, refusedName(event.by, event.wish)] };
    case 'follow-ups.digested':
      return { ...record, digest: digestOf(record, event), digestedAt: at };
    default:
      return record;
  }
}

function added(event: EventOf<'follow-up.added'>, at: string): FollowUp {
  const { id, text, database, proofs, incident, owner, due, by } = event;
  return {
    id,
    text,
    database,
    proofs,
    incidents: incident === null ? [] : [incident],
    owner,
    due,
    addedAt: at,
    addedBy: by,
    status: 'open',
    since: at,
    by,
    because: '',
    doneBefore: null,
  };
}

function named(
  record: FollowUpRecord,
  { id, incident }: EventOf<'follow-up.named'>,
  at: string,
): FollowUpRecord {
  const item = record.items.find((one) => one.id === id);
  const more = change(record, id, ({ incidents }) => ({ incidents: [...incidents, incident] }));
  if (item === undefined || item.status === 'open') return more;
  const because = `${incident} found it missing again.`;
  return opened(more, { id, by: { kind: 'system' }, because, cause: incident, at });
}

function settled(record: FollowUpRecord, event: EventOf<'follow-up.settled'>, at: string): FollowUpRecord {
  const { id, to, by, because, reading } = event;
  if (to === 'open') return opened(record, { id, by, because, cause: reading, at });
  return change(record, id, () => ({ status: to, since: at, by, because }));
}

function opened(
  record: FollowUpRecord,
  {
    id,
    by,
    because,
    cause,
    at,
  }: { id: string; by: Actor; because: string; cause: string | null; at: string },
): FollowUpRecord {
  const after = change(record, id, (item) => ({
    status: 'open',
    since: at,
    by,
    because,
    doneBefore: item.status === 'done' ? item.since : item.doneBefore,
  }));
  const followUp = after.items.find((one) => one.id === id);
  if (followUp === undefined || cause === null) return after;
  const reopenings = [...after.reopenings.slice(1 - MOST_REOPENINGS), { cause, at, followUp }];
  return { ...after, reopenings };
}

function change(
  record: FollowUpRecord,
  id: string,
  make: (item: FollowUp) => Partial<FollowUp>,
): FollowUpRecord {
  return { ...record, items: record.items.map((one) => (one.id === id ? { ...one, ...make(one) } : one)) };
}

function digestOf(
  { items, digestedAt }: FollowUpRecord,
  { slot, today }: EventOf<'follow-ups.digested'>,
): FollowUpDigest {
  const since = digestedAt ?? '';
  const isNew = (one: FollowUp) => one.since > since;
  return {
    slot,
    today,
    open: openItems(items),
    done: items.filter((one) => one.status === 'done' && isNew(one)),
    reopened: items.filter((one) => one.status === 'open' && one.since !== one.addedAt && isNew(one)),
  };
}

/** Those that are open: the one that is due first comes first, those without a day in the order of their age. Pure. */
export function openItems(items: readonly FollowUp[]): FollowUp[] {
  const due = (one: FollowUp) => one.due ?? '9999-12-31';
  return items.filter(({ status }) => status === 'open').toSorted((a, b) => due(a).localeCompare(due(b)));
}

/** Whether its day is over. */
export function isOverdue({ status, due }: FollowUp, today: string): boolean {
  return status === 'open' && due !== null && due < today;
}

/** Names a refusal, so that it is written down once. */
export function refusedName(by: Actor, wish: string): string {
  return `${by.kind === 'system' ? '' : by.id} ${wish}`;
}

/**
 * What an incident's action items lead to: a new follow-up, or a further incident on one that is there. An incident names
 * each once, however often its post-mortem is written. Pure.
 */
export function takeUp(
  { items }: FollowUpRecord,
  incident: string,
  drafts: readonly FollowUpDraft[],
  by: Actor = { kind: 'system' },
): DomainEvent[] {
  const events: DomainEvent[] = [];
  const met = new Set<string>();
  const fresh: FollowUpDraft[] = [];
  for (const draft of drafts) {
    const known = items.find((one) => isSameFollowUp(one, draft));
    if (known === undefined) {
      if (fresh.some((one) => isSameFollowUp(one, draft))) continue;
      fresh.push(draft);
    } else if (!known.incidents.includes(incident) && !met.has(known.id)) {
      met.add(known.id);
      events.push({ type: 'follow-up.named', id: known.id, incident });
    }
  }
  const added = fresh.map((draft, index): DomainEvent => {
    const id = followUpId(items.length + index + 1);
    return { type: 'follow-up.added', id, ...draft, incident, owner: null, due: null, by };
  });
  return [...events, ...added];
}

export function followUpId(number: number): string {
  return `FU-${number}`;
}

/**
 * What a run of the audits changes: an open follow-up whose proofs are all green is done, one that was done is open again
 * when one of them is red. What could not be read, or was read before the follow-up took its present state, changes
 * nothing. Pure.
 */
export function judged({ items }: FollowUpRecord, readings: readonly AuditReading[]): DomainEvent[] {
  return items.flatMap((item): DomainEvent[] => {
    const reading = readings.find(({ database }) => database === item.database);
    if (reading === undefined || item.proofs.length === 0 || reading.at <= item.since) return [];
    const red = item.proofs.filter((proof) => isRed(proof, reading));
    const by = { kind: 'system' } as const;
    const common = { type: 'follow-up.settled', id: item.id, by, reading: reading.at } as const;
    if (item.status === 'done' && red.length > 0)
      return [{ ...common, to: 'open', because: redAgain(item, red) }];
    const isGreen = red.length === 0 && item.proofs.every(({ audit }) => reading.whole.includes(audit));
    if (item.status === 'open' && isGreen) return [{ ...common, to: 'done', because: green(item) }];
    return [];
  });
}

function isRed(proof: Proof, { red }: AuditReading): boolean {
  return red.some(
    ({ audit, subject }) => audit === proof.audit && (proof.subject === null || proof.subject === subject),
  );
}

function green({ proofs }: FollowUp): string {
  return `Green: ${proofs.map(proofName).join(', ')}.`;
}

function redAgain({ since, incidents }: FollowUp, red: readonly Proof[]): string {
  const from = incidents.length === 0 ? '' : ` It comes from ${incidents.join(' and ')}.`;
  return `Red again: ${red.map(proofName).join(', ')}. It was green from ${since.slice(0, 16).replace('T', ' ')} UTC.${from}`;
}
