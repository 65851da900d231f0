import type { Person } from '../../src/domain/actor.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import { evolve, foldIncident, type Incident } from '../../src/domain/incident.ts';
import type { Outcome, Verdict } from '../../src/domain/outcome.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { REMIND_TIMES } from '../../src/domain/remind-times.ts';
import type { Runbook, RunbookStep } from '../../src/domain/runbook.ts';

export const anna: Person = { kind: 'person', id: 'U0ANNA', name: 'Anna', via: 'slack' };
export const ben: Person = { kind: 'person', id: 'U0BEN', name: 'Ben', via: 'slack' };

export function makeAlert(change: Partial<Alert> = {}): Alert {
  return {
    source: 'alertmanager',
    status: 'firing',
    fingerprint: 'f1',
    name: 'ConnectionPoolExhausted',
    labels: { alertname: 'ConnectionPoolExhausted', database: 'orders-primary', severity: 'critical' },
    annotations: { summary: 'order-service: connection pool exhausted' },
    startsAt: '2026-11-15T05:23:00Z',
    endsAt: null,
    generatorUrl: null,
    ...change,
  };
}

export function makeStep(id: string, change: Partial<RunbookStep> = {}): RunbookStep {
  return {
    id,
    kind: `test.${id}`,
    title: `Step ${id}`,
    byHand: 'By hand.',
    for: [],
    params: {},
    confirm: 'one',
    remind: REMIND_TIMES,
    ...change,
  };
}

export function makeRunbook(steps: readonly RunbookStep[]): Runbook {
  return {
    id: 'pool-exhaustion',
    title: 'Connection pool exhausted',
    summary: 'What to do.',
    purpose: 'incident',
    alerts: ['ConnectionPoolExhausted'],
    default: false,
    planValidMinutes: 5,
    steps: [...steps],
    hash: 'h',
  };
}

export function makePlan(change: Partial<Plan> = {}): Plan {
  return {
    kind: 'test.one',
    params: {},
    summary: 'Do it.',
    impact: 'None.',
    undo: 'Nothing to undo.',
    warnings: [],
    targets: [],
    excluded: [],
    choices: [],
    commands: [],
    nothingToDo: null,
    ...change,
  };
}

export function makeTarget(id: string): Plan['targets'][number] {
  return { id, label: id, why: 'because', owner: null, facts: [], sql: null, selected: true, identity: id };
}

export function makeOutcome(change: Partial<Outcome> = {}): Outcome {
  return {
    summary: 'Done.',
    done: [],
    skipped: [],
    facts: [],
    table: null,
    causes: [],
    data: null,
    ...change,
  };
}

export function makeVerdict(change: Partial<Verdict> = {}): Verdict {
  return { status: 'passed', evidence: 'Measured.', series: [], milestone: null, goBackTo: null, ...change };
}

/** Numbers events as the journal would, from 1. */
export function record(events: readonly DomainEvent[], at = '2026-11-15T05:23:00.000Z'): RecordedEvent[] {
  return events.map((event, index) => ({
    position: index + 1,
    stream: 'INC-1',
    version: index + 1,
    at,
    hash: 'f'.repeat(64),
    event,
  }));
}

/** The events with which an incident begins. */
export function opening(runbook: Runbook): DomainEvent[] {
  return [
    {
      type: 'incident.opened',
      title: 'order-service: connection pool exhausted',
      database: 'orders-primary',
      service: 'order-service',
      severity: 'critical',
      dedupeKey: 'database:orders-primary',
      by: { kind: 'system' },
      alert: makeAlert(),
    },
    { type: 'run.started', run: 1, runbook, by: { kind: 'system' } },
  ];
}

/** The state after one more event. */
export function step(incident: Incident, event: DomainEvent): Incident {
  const [first] = record([event]);
  return first === undefined ? incident : evolve(incident, { ...first, version: incident.version + 1 });
}

export function fold(events: readonly DomainEvent[]): Incident {
  return foldIncident('INC-1', record(events));
}
