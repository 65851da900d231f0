import type { Cause } from '../../src/domain/cause.ts';
import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import {
  anna,
  makeAlert,
  makeOutcome,
  makePlan,
  makeRunbook,
  makeStep,
  makeTarget,
  makeVerdict,
} from '../support/domain.ts';

const START = Date.parse('2024-11-15T05:23:00Z');
const system = { kind: 'system' } as const;

/** The cause of the outage of 2024-11-15, as the diagnosis names it. */
const cause: Cause = {
  kind: 'runaway-batch-query',
  title: 'A batch job overloads the server',
  confidence: 0.95,
  evidence: ['50 sessions are on a CPU of 2 cores.'],
  rootSessions: [],
  culprit: {
    kind: 'CronJob',
    namespace: 'analytics',
    name: 'report-generator',
    evidence: [{ strength: 'strong', text: 'Its pods have the client addresses.' }],
  },
  helps: ['Suspend the CronJob, then cancel its queries.', 'Give its role a statement_timeout.'],
  wontHelp: [],
  settles: [],
};

/** The outage as it goes with Firebreak: minutes after the alert, and what happened. */
export function story(change: { title?: string; reason?: string } = {}): RecordedEvent[] {
  const runbook = makeRunbook([
    makeStep('diagnose', { title: 'Find the cause' }),
    makeStep('leak', { title: 'Roll back', for: ['connection-leak'] }),
    makeStep('kill', { title: 'Kill the queries' }),
  ]);
  const plan = makePlan({ targets: [makeTarget('pid 4711 · 3m12s')] });
  const selection = { targets: [plan.targets[0]?.id ?? ''], choices: {} };
  const kill = { step: 'kill', attempt: 1 };
  const told: [number, DomainEvent][] = [
    [
      0,
      {
        type: 'incident.opened',
        title: change.title ?? 'order-service: connection pool exhausted',
        database: 'orders-primary',
        service: 'order-service',
        severity: 'critical',
        dedupeKey: 'database:orders-primary',
        by: system,
        alert: makeAlert(),
      },
    ],
    [0, { type: 'run.started', run: 1, runbook, by: system }],
    [1, { type: 'cause.named', causes: [cause] }],
    [
      1,
      {
        type: 'step.skipped',
        step: 'diagnose',
        attempt: 1,
        by: anna,
        reason: change.reason ?? 'Known already.',
      },
    ],
    [
      1,
      {
        type: 'step.skipped',
        step: 'leak',
        attempt: 1,
        by: system,
        reason: 'Another cause.',
        passedBy: true,
      },
    ],
    [2, { type: 'step.planned', ...kill, plan, hash: 'h', expiresAt: '2024-11-15T05:40:00Z', differs: [] }],
    [3, { type: 'decision.recorded', ...kill, hash: 'h', selection, by: anna }],
    [3, { type: 'effect.intended', ...kill, instance: 'i' }],
    [
      4,
      {
        type: 'effect.completed',
        ...kill,
        reconciled: false,
        outcome: makeOutcome({
          summary: '1 session was cancelled.',
          skipped: [{ target: 'pid 4712', reason: 'protected: a backup' }],
        }),
      },
    ],
    [
      5,
      {
        type: 'step.verified',
        ...kill,
        verdict: makeVerdict({
          evidence: 'Nothing came back within 10 s.',
          series: [
            {
              name: 'waiting clients',
              unit: '',
              points: [
                [1, 82],
                [2, 0],
              ],
            },
          ],
        }),
      },
    ],
    [6, { type: 'incident.recovered', evidence: 'All quiet.' }],
    [84, { type: 'incident.closed', by: anna, reason: 'Every step has ended.' }],
  ];
  return told.map(([minutes, event], index) => ({
    position: index + 1,
    stream: 'INC-1',
    version: index + 1,
    hash: `hash${index + 1}`,
    at: new Date(START + minutes * 60_000).toISOString(),
    event,
  }));
}
