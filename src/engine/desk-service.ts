import type { ActionClass, Person } from '../domain/actor.ts';
import { isExcludedAsAsker } from '../domain/approve.ts';
import { REASON_LENGTH } from '../domain/break-glass.ts';
import type { Refusal } from '../domain/command.ts';
import { isRepeated } from '../domain/decide.ts';
import type { DomainEvent } from '../domain/event.ts';
import { currentAttempt, currentRun, type Incident } from '../domain/incident.ts';
import { approvalVoid } from '../domain/refuse.ts';
import type { Purpose, Runbook } from '../domain/runbook.ts';
import { isSame } from '../domain/told.ts';
import type { Databases } from '../ports/databases.ts';
import { postMortemVersion } from '../postmortem/post-mortem.ts';
import { createAlertDesk } from './alert-desk.ts';
import { createAuthoriser } from './authorise.ts';
import type { Answer, IncidentDesk, Recheck, Reply } from './desk.ts';
import { createFollowUpDesk } from './follow-up-desk.ts';
import { heldBy } from './hold.ts';
import type { Change } from './ledger.ts';
import { noticesOf, UNOPENED } from './notices.ts';
import { dedupeKeyOf, openIncident } from './opening.ts';
import type { EngineOptions } from './options.ts';
import { refusalEvents } from './refusal-events.ts';
import type { ReadLetter } from './replay-alert.ts';
import { requestPostMortem } from './request-post-mortem.ts';

/** Journals a refusal, when it is worth an entry. */
type Noted = (why: Refusal) => readonly DomainEvent[];

/** Newest alerts that are looked through for notices. */
const MOST_ALERTS = 500;
/** To find the incidents of one database, so many times more of all are looked through. */
const MORE_OF_ALL = 10;

/** What the desk works with: it reads and changes no monitored system. */
export type DeskOptions = Pick<
  EngineOptions,
  'state' | 'ledger' | 'kinds' | 'runbooks' | 'authority' | 'rules' | 'approvers' | 'clock' | 'timeZone'
> & {
  readonly ports: { readonly databases: Pick<Databases, 'list'> };
  /** Reads what could not be understood once more; left out where no sources are known. */
  readonly readLetter?: ReadLetter;
  /** Names of the audits that can prove a follow-up; left out, there is none. */
  readonly auditNames?: readonly string[];
  /** Looks at the world again; left out where this process does not read it. */
  readonly recheck?: (
    incident: Incident,
    targets: readonly string[],
    signal: AbortSignal,
  ) => Promise<Recheck>;
};

const NOT_READ: Recheck = { status: 'unread', why: 'They are not read from here.' };

/** The desk: checks authority at the moment of the answer, and journals refusals. */
export function createDesk(options: DeskOptions): IncidentDesk {
  const { state, ledger, ports } = options;
  const authoriser = createAuthoriser(options);
  const databases = ports.databases.list().map(({ name }) => name);

  function classOf(incident: Incident, answer: Answer): ActionClass {
    if (answer.choice === 'abort') return 'incident';
    const step = currentRun(incident)?.runbook.steps.find(({ id }) => id === answer.step);
    return options.kinds.get(step?.kind ?? '')?.actionClass ?? 'incident';
  }

  /**
   * The authority of both people is read when the second approves. Whoever approved first and may no longer decide
   * does not count: the approval is void, and the step is planned anew. When that cannot be read, nothing is done.
   */
  async function lostAuthority(incident: Incident, answer: Answer, noted: Noted): Promise<Change | null> {
    const current = currentAttempt(incident);
    const isAbout = current?.step.id === answer.step && current.attempt === answer.attempt;
    if (!isAbout || answer.choice !== 'run' || current.status !== 'awaiting' || current.approval === null)
      return null;
    const { by, breakGlass } = current.approval;
    const actionClass = classOf(incident, answer);
    const lost = await authoriser.whyNot(by, actionClass);
    if (lost === null || (breakGlass !== undefined && (await authoriser.mayForce(by, actionClass))))
      return null;
    if (lost.reason === 'authority-unknown') {
      const message = `Whether ${by.name}, who approved first, may still decide could not be read. Nothing was done: try again in a moment.`;
      return denial({ reason: 'authority-unknown', message }, noted);
    }
    const refusal: Refusal = {
      reason: 'stale-card',
      message: `${by.name}, who approved first, may no longer decide. Nothing was done; the plan is made anew.`,
    };
    const outdated: DomainEvent = {
      type: 'step.outdated',
      step: answer.step,
      attempt: answer.attempt,
      reason: 'withdrawn',
      differs: approvalVoid(current, 'the lists of who may decide no longer name this person.'),
    };
    return { events: [outdated, ...noted(refusal)], refusal };
  }

  async function listOpen(): Promise<Incident[]> {
    const rows = await state.incidents.listOpen();
    const loaded = await ledger.loadAll(rows.map(({ id }) => id));
    return [...loaded.values()];
  }

  /** Whether the present step waits for a decision that this person may make: not the second one after their own first, nor one that they asked for where somebody else has to decide. */
  async function waitsFor(incident: Incident, by: Person): Promise<boolean> {
    const attempt = currentAttempt(incident);
    if (attempt?.status !== 'awaiting' && attempt?.status !== 'attention') return false;
    if (attempt.approval !== null && isSame(attempt.approval.by, by)) return false;
    if (attempt.status === 'awaiting' && isExcludedAsAsker(incident, attempt, by)) return false;
    const actionClass = options.kinds.get(attempt.step.kind)?.actionClass ?? 'incident';
    return (await authoriser.whyNot(by, actionClass)) === null;
  }

  /** The answer as it counts: whoever is on the list needs no force, and whoever is not may have to say why. */
  async function authorise(
    { breakGlass, ...answer }: Answer,
    actionClass: ActionClass,
  ): Promise<{ answer: Answer } | { refusal: Refusal }> {
    const denied = await authoriser.whyNot(answer.by, actionClass);
    if (denied === null) return { answer };
    if (breakGlass === undefined || denied.mayForce !== true) return { refusal: denied };
    const reason = breakGlass.reason.trim();
    if (reason.length < REASON_LENGTH.least || reason.length > REASON_LENGTH.most) {
      const message = `Say why in ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters. Nothing was done.`;
      return { refusal: { reason: 'not-allowed', message } };
    }
    return { answer: { ...answer, breakGlass: { reason } } };
  }

  return {
    alerts: createAlertDesk({
      state,
      whyNot: async (by, actionClass) => authoriser.whyNot(by, actionClass),
      readLetter: options.readLetter ?? (() => 'It cannot be read from here.'),
    }),
    followUps: createFollowUpDesk({
      state,
      whyNot: async (by) => (await authoriser.whyNot(by, 'observe'))?.message ?? null,
      databases,
      audits: options.auditNames ?? [],
      timeZone: options.timeZone ?? 'UTC',
      clock: options.clock,
    }),
    databases,
    runbooks: [...options.runbooks.values()].map(({ id, title, purpose, alerts }) => ({
      id,
      title,
      purpose,
      alerts,
    })),

    async open({ database, runbook: wanted, by, purpose = 'incident' }) {
      const denied = await authoriser.whyNot(by, 'incident');
      if (denied !== null) return { status: 'refused', message: denied.message };
      const monitored = ports.databases.list().find(({ name }) => name === database);
      const runbook = chooseRunbook(options.runbooks, wanted, purpose);
      if (monitored === undefined)
        return { status: 'refused', message: `No database "${database}" is configured.` };
      if (runbook === undefined) return { status: 'refused', message: noRunbook(wanted, purpose) };
      const held = await heldBy(state, { purpose: runbook.purpose, database });
      if (held !== null) return { status: 'refused', message: held };
      for (;;) {
        const open = await state.incidents.findOpen(dedupeKeyOf(database, runbook.purpose));
        if (open !== null) return { status: 'already-open', incidentId: open.id };
        const opening = { database, service: monitored.service, runbook, by, alert: null };
        const id = await openIncident(state, ledger, opening);
        if (id !== null) return { status: 'opened', incidentId: id };
      }
    },

    async answer(answer) {
      let actionClass: ActionClass = 'incident';
      const { refusal } = await ledger.change(answer.incidentId, async (incident) => {
        const noted = (why: Refusal) => refusalEvents(incident, answer, why);
        if (isRepeated(incident, answer.click)) return { command: { type: 'decide', ...answer } };
        const held = answer.choice === 'run' ? await heldBy(state, incident) : null;
        if (held !== null)
          return denial({ reason: 'not-possible', message: `${held} Nothing was done.` }, noted);
        actionClass = classOf(incident, answer);
        const authorised = await authorise(answer, actionClass);
        if ('refusal' in authorised) return denial(authorised.refusal, noted);
        return (
          (await lostAuthority(incident, answer, noted)) ?? {
            command: { type: 'decide', ...authorised.answer },
            onRefusal: noted,
          }
        );
      });
      if (refusal?.reason !== 'self-approval') return reply(refusal);
      return reply({ ...refusal, message: `${refusal.message} ${await authoriser.whoMay(actionClass)}` });
    },

    async recheck(incidentId, targets, signal) {
      const incident = await ledger.load(incidentId);
      if (incident === null) return { status: 'same' };
      return (await options.recheck?.(incident, targets, signal)) ?? NOT_READ;
    },

    async close(incidentId, by, reason, click) {
      const { refusal } = await ledger.change(incidentId, async (incident) => {
        const command = { type: 'close', by, reason, ...(click === undefined ? {} : { click }) } as const;
        const current = currentAttempt(incident);
        const asked = { step: current?.step.id ?? '', attempt: current?.attempt ?? 1, choice: 'close' };
        const noted = (why: Refusal) => refusalEvents(incident, { ...command, ...asked }, why);
        if (isRepeated(incident, click)) return { command };
        const denied = await authoriser.whyNot(by, 'incident');
        return denied === null ? { command, onRefusal: noted } : denial(denied, noted);
      });
      return reply(refusal);
    },

    async charge(incidentId, command) {
      const { refusal } = await ledger.change(incidentId, () => ({ command }));
      return reply(refusal);
    },

    async writePostMortem(incidentId, by, click) {
      const { refusal } = await ledger.change(incidentId, async (incident) => {
        const denied = await authoriser.whyNot(by, 'observe');
        if (denied !== null) return { events: [], refusal: denied };
        return requestPostMortem(incident, by, click);
      });
      return reply(refusal);
    },

    async postMortem(incidentId, number) {
      const events = await state.journal.read(incidentId);
      return postMortemVersion(incidentId, events, number, options.timeZone ?? 'UTC');
    },

    async note(incidentId, by, note, click) {
      const named = click === undefined ? {} : { click };
      const { refusal } = await ledger.change(incidentId, () => ({
        command: { type: 'add-note', by, note, ...named },
      }));
      return reply(refusal);
    },

    async view(incidentId) {
      const incident = await ledger.load(incidentId);
      if (incident === null) return null;
      return { incident, progress: await state.progress.get(incidentId) };
    },

    listOpen,

    async waitingFor(by) {
      const open = await listOpen();
      const waits = await Promise.all(open.map(async (incident) => waitsFor(incident, by)));
      return open.filter((_, index) => waits[index] === true);
    },

    async listRecent(limit, database) {
      const rows = await state.incidents.list(database === null ? limit : limit * MORE_OF_ALL);
      const wanted = rows.filter((row) => database === null || row.database === database).slice(0, limit);
      const loaded = await ledger.loadAll(wanted.map(({ id }) => id));
      return wanted.map(({ id, database: name, title, openedAt }) => ({
        id,
        database: name,
        title,
        openedAt,
        incident: loaded.get(id) ?? null,
      }));
    },

    async whyNot(by, actionClass) {
      return (await authoriser.whyNot(by, actionClass))?.message ?? null;
    },

    mayDecide: async (actionClass) => authoriser.lists(actionClass),

    async notices() {
      const [alerts, silences, letters] = await Promise.all([
        state.alerts.list(MOST_ALERTS, UNOPENED),
        state.silences.list(),
        state.deadLetters.list(MOST_ALERTS),
      ]);
      return noticesOf({ alerts, silences, letters }, options.clock.now());
    },
  };
}

/** The runbook of this id, or the only or first one of this purpose when none is named. */
function chooseRunbook(
  runbooks: ReadonlyMap<string, Runbook>,
  wanted: string | null,
  purpose: Purpose,
): Runbook | undefined {
  const all = [...runbooks.values()].filter((runbook) => runbook.purpose === purpose);
  if (wanted !== null) return runbooks.get(wanted);
  return all.find((runbook) => runbook.default) ?? all[0];
}

function noRunbook(wanted: string | null, purpose: Purpose): string {
  if (wanted !== null) return `There is no runbook "${wanted}".`;
  return purpose === 'prevention'
    ? 'There is no runbook with purpose: prevention.'
    : 'There is no runbook for incidents.';
}

/** Refuses whom the lists do not name. */
function denial(refusal: Refusal, noted: Noted): Change {
  return { events: noted(refusal), refusal };
}

function reply(refusal: Refusal | null): Reply {
  return refusal === null ? { status: 'accepted' } : { status: 'refused', ...refusal };
}
