import type { ActionClass, Person } from '../domain/actor.ts';
import { notAllowed } from '../domain/authority.ts';
import type { Refusal } from '../domain/command.ts';
import type { DomainEvent } from '../domain/event.ts';
import { currentRun, type Incident } from '../domain/incident.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { Answer, IncidentDesk, Reply } from './desk.ts';
import { noticesOf } from './notices.ts';
import { dedupeKeyOf, openIncident } from './opening.ts';
import type { EngineOptions } from './options.ts';

/** Newest alerts that are looked through for notices. */
const MOST_ALERTS = 500;

/** The desk: checks authority at the moment of the answer, and journals every refusal. */
export function createDesk(options: EngineOptions): IncidentDesk {
  const { state, ledger, authority, ports } = options;

  function classOf(incident: Incident, answer: Answer): ActionClass {
    if (answer.choice === 'abort') return 'incident';
    const step = currentRun(incident)?.runbook.steps.find(({ id }) => id === answer.step);
    return options.kinds.get(step?.kind ?? '')?.actionClass ?? 'incident';
  }

  return {
    databases: ports.databases.list().map(({ name }) => name),
    runbooks: [...options.runbooks.values()].map(({ id, title }) => ({ id, title })),

    async open({ database, runbook: wanted, by }) {
      const denied = notAllowed(authority, by, 'incident');
      if (denied !== null) return { status: 'refused', message: denied };
      const monitored = ports.databases.list().find(({ name }) => name === database);
      const runbook = chooseRunbook(options.runbooks, wanted);
      if (monitored === undefined)
        return { status: 'refused', message: `No database "${database}" is configured.` };
      if (runbook === undefined)
        return { status: 'refused', message: `There is no runbook "${wanted ?? ''}".` };
      for (;;) {
        const open = await state.incidents.findOpen(dedupeKeyOf(database));
        if (open !== null) return { status: 'already-open', incidentId: open.id };
        const opening = { database, service: monitored.service, runbook, by, alert: null };
        const id = await openIncident(state, ledger, opening);
        if (id !== null) return { status: 'opened', incidentId: id };
      }
    },

    async answer(answer) {
      const { refusal } = await ledger.change(answer.incidentId, (incident) => {
        const denied = notAllowed(authority, answer.by, classOf(incident, answer));
        if (denied !== null) {
          const refusal: Refusal = { reason: 'not-allowed', message: denied };
          return { events: [refused(answer, refusal)], refusal };
        }
        return {
          command: { type: 'decide', ...answer },
          onRefusal: (refusal) => (incident.status === 'closed' ? [] : [refused(answer, refusal)]),
        };
      });
      return reply(refusal);
    },

    async close(incidentId, by, reason) {
      const { refusal } = await ledger.change(incidentId, () => {
        const denied = notAllowed(authority, by, 'incident');
        return denied === null
          ? { command: { type: 'close', by, reason } }
          : { events: [], refusal: { reason: 'not-allowed', message: denied } };
      });
      return reply(refusal);
    },

    async view(incidentId) {
      const incident = await ledger.load(incidentId);
      if (incident === null) return null;
      return { incident, progress: await state.progress.get(incidentId) };
    },

    async listOpen() {
      const rows = await state.incidents.listOpen();
      const loaded = await Promise.all(rows.map(async ({ id }) => ledger.load(id)));
      return loaded.filter((incident) => incident !== null);
    },

    async notices() {
      return noticesOf(await state.alerts.list(MOST_ALERTS), options.clock.now());
    },
  };
}

/** The runbook of this id, or the only or first one when none is named. */
function chooseRunbook(runbooks: ReadonlyMap<string, Runbook>, wanted: string | null): Runbook | undefined {
  return wanted === null ? runbooks.values().next().value : runbooks.get(wanted);
}

function refused(answer: Answer & { by: Person }, refusal: Refusal): DomainEvent {
  return {
    type: 'decision.refused',
    step: answer.step,
    attempt: answer.attempt,
    by: answer.by,
    choice: answer.choice,
    reason: refusal.reason,
  };
}

function reply(refusal: Refusal | null): Reply {
  return refusal === null ? { status: 'accepted' } : { status: 'refused', ...refusal };
}
