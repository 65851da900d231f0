import { describeError, FirebreakError, isFirebreakError } from '../domain/errors.ts';
import type { DomainEvent } from '../domain/event.ts';
import { utcTime } from '../domain/format.ts';
import { currentAttempt, type Incident } from '../domain/incident.ts';
import { dedupeKeyOf, nextLookAt, type PageWork, pageWork } from '../domain/page-work.ts';
import type { ReminderLevel } from '../domain/remind-times.ts';
import type { OnCallNamed, ReminderTargets } from '../domain/reminder.ts';
import { dueLevels, waitOf } from '../domain/waiting.ts';
import type { OnCall } from '../ports/on-call.ts';
import type { Pager } from '../ports/pager.ts';
import { createAuthoriser } from './authorise.ts';
import type { EngineOptions } from './options.ts';

export interface RemindOptions
  extends Pick<EngineOptions, 'state' | 'ledger' | 'kinds' | 'authority' | 'approvers' | 'clock' | 'logger'> {
  readonly onCall: OnCall;
  readonly pager: Pager;
  readonly targetsOf: (database: string) => ReminderTargets;
  /** A link to the thread of an incident; null when there is none now. */
  readonly linkTo: (incidentId: string) => Promise<string | null>;
  /** The clock that the times of events are of. */
  readonly now: () => Promise<Date>;
}

/** Reminds people of what waits for them in an incident, as far as it is due, and sees to the pages of it. */
export type Remind = (incidentId: string, signal: AbortSignal) => Promise<'done' | 'busy'>;

/** Milliseconds that a page waits for the link to the thread: it goes out without one rather than late. */
const LINK_MS = 3_000;

export function createRemind(options: RemindOptions): Remind {
  const { state } = options;
  return async (incidentId, signal) => {
    // Whoever is at it sees to the rest; should it die, the look for what is due comes again within seconds.
    await state.mutex.exclusively(`remind:${incidentId}`, (lost) =>
      loop(options, incidentId, AbortSignal.any([signal, lost])),
    );
    return 'done';
  };
}

async function loop(options: RemindOptions, incidentId: string, signal: AbortSignal): Promise<void> {
  const { ledger, state } = options;
  for (;;) {
    signal.throwIfAborted();
    const incident = await ledger.load(incidentId);
    if (incident === null) return;
    const targets = options.targetsOf(incident.database);
    const offered = offeredLevels(targets);
    const now = await options.now();
    const levels = dueLevels(incident, offered, now);
    const work = pageWork(incident).find(({ dueAt }) => dueAt <= now);
    if (levels.length > 0) {
      const contacts = await contactsOf(options, targets, levels, signal);
      await ledger.change(incidentId, async (newest) => ({
        events: await remindedEvents(options, newest, dueLevels(newest, offered, now), { targets, contacts }),
      }));
    } else if (work !== undefined) {
      const event = await perform(options, incident, work, signal);
      await ledger.change(incidentId, () => ({ events: [event] }));
    } else {
      await state.incidents.remindAt(incidentId, incident.version, nextLookAt(incident, offered));
      return;
    }
  }
}

/** Nobody is paged without a pager. */
function offeredLevels({ pager }: ReminderTargets): readonly ReminderLevel[] {
  return pager === null ? ['thread', 'group'] : ['thread', 'group', 'page'];
}

interface Contacts {
  readonly onCall: readonly OnCallNamed[];
  readonly onCallProblem: string | null;
}

const NO_CONTACTS: Contacts = { onCall: [], onCallProblem: null };

/** Who is on call, for the levels that call them. That it is not known keeps no reminder back. */
async function contactsOf(
  { onCall }: RemindOptions,
  targets: ReminderTargets,
  levels: readonly ReminderLevel[],
  signal: AbortSignal,
): Promise<Contacts> {
  if (targets.onCall === null || levels.every((level) => level === 'thread')) return NO_CONTACTS;
  try {
    const people = await onCall.now(targets.onCall, signal);
    return {
      onCall: people.map(({ name, slackId, until }) => ({ name, slackId, until })),
      onCallProblem: null,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { onCall: [], onCallProblem: describeError(error).message };
  }
}

/** Journaled first: what is in the journal is then shown and sent, by whoever gets to it. */
async function remindedEvents(
  options: RemindOptions,
  incident: Incident,
  levels: readonly ReminderLevel[],
  { targets, contacts }: { targets: ReminderTargets; contacts: Contacts },
): Promise<DomainEvent[]> {
  const wait = waitOf(incident);
  if (wait === null) return [];
  const { pager } = targets;
  const mayDecide = [...(await mayDecideOn(options, incident))];
  return levels.map((level) => ({
    type: 'decision.reminded',
    ...wait,
    level,
    mayDecide,
    group: level === 'thread' ? null : targets.group,
    ...(level === 'thread' ? { onCall: [], onCallProblem: null } : mutable(contacts)),
    page: level === 'page' && pager !== null ? { pager, dedupeKey: dedupeKeyOf(incident, wait) } : null,
  }));
}

function mutable({ onCall, onCallProblem }: Contacts) {
  return { onCall: [...onCall], onCallProblem };
}

/** Everybody who may decide now, those behind groups and on-call sources too, as far as they can be read. */
async function mayDecideOn(options: RemindOptions, incident: Incident): Promise<readonly string[]> {
  const kind = currentAttempt(incident)?.step.kind ?? '';
  return await createAuthoriser(options).people(options.kinds.get(kind)?.actionClass ?? 'incident');
}

/** Sends a page or takes it back, and tells what came of it. Throws when it was stopped; it is repeated then. */
async function perform(
  options: RemindOptions,
  incident: Incident,
  { do: doing, reminder, page }: PageWork,
  signal: AbortSignal,
): Promise<DomainEvent> {
  const { dedupeKey } = page;
  try {
    if (doing === 'resolve') {
      await options.pager.resolve(page.pager, dedupeKey, signal);
      return { type: 'page.resolved', dedupeKey };
    }
    if (doing === 'acknowledge') {
      await options.pager.acknowledge(page.pager, dedupeKey, signal);
      return { type: 'page.acknowledged', dedupeKey };
    }
    const { id: incidentId, database } = incident;
    const summary = summaryOf(incident, reminder.since);
    const link = await linkSoon(options, incidentId);
    const content = { dedupeKey, incidentId, database, summary, link };
    const { reference } = await options.pager.page(page.pager, content, signal);
    return { type: 'page.sent', dedupeKey, reference };
  } catch (error) {
    signal.throwIfAborted();
    const fault = isFirebreakError(error) ? error : unexpected(error);
    options.logger.warn(
      { incidentId: incident.id, pager: page.pager, doing, error: fault.message },
      'Paging',
    );
    return { type: 'page.failed', dedupeKey, doing, fault: describeError(fault) };
  }
}

function unexpected(cause: unknown): FirebreakError {
  return new FirebreakError('pager-error', 'The pager failed in an unforeseen way.', {
    hint: 'Look into the log.',
    cause,
  });
}

function summaryOf(incident: Incident, since: string): string {
  const { id, database } = incident;
  const attempt = currentAttempt(incident);
  const what = attempt?.status === 'attention' ? 'somebody to look at' : 'a decision on';
  return `${id} (${database}) waits for ${what} "${attempt?.step.title ?? ''}" since ${utcTime(new Date(since))}`;
}

async function linkSoon({ linkTo, clock }: RemindOptions, incidentId: string): Promise<string | null> {
  const over = new AbortController();
  const late = clock.sleep(LINK_MS, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([linkTo(incidentId).catch(() => null), late]);
  } finally {
    over.abort();
  }
}
