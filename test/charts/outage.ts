import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import { foldIncident, type Incident } from '../../src/domain/incident.ts';
import { type LoadReading, loadSeries, partialReading } from '../../src/domain/load.ts';
import {
  anna,
  makeOutcome,
  makePlan,
  makeRunbook,
  makeStep,
  makeTarget,
  makeVerdict,
  opening,
} from '../support/domain.ts';

const TARGETS: Readonly<Record<string, string>> = {
  suspend: 'CronJob analytics/report-generator',
  kill: '22 sessions of report_generator',
};

/** When the alert of the outage fired. */
export const START = Date.parse('2024-11-15T05:23:00Z');
const second = (seconds: number): number => START + seconds * 1000;
const iso = (seconds: number): string => new Date(second(seconds)).toISOString();

/** The load as the outage went: all slots taken until the batch is ended at 300 s, lag that clears until 700 s. */
function reading(seconds: number): LoadReading {
  const after = Math.max(0, seconds - 300);
  const share = Math.exp(-after / 60);
  return partialReading(second(seconds), {
    onCpu: Math.round(2 + 26 * share),
    cores: 8,
    slotsUsed: Math.round(14 + 83 * share),
    slotsUsable: 97,
    lagBytes: seconds < 300 ? 4e6 * seconds : Math.max(0, 1.2e9 * (1 - after / 400)),
    lockWaiting: Math.round(12 * share),
    poolWaiting: Math.round(88 * Math.exp(-after / 30)),
  });
}

const readings = (from: number, to: number, every: number): LoadReading[] =>
  Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => reading(from + index * every));

/** The outage with its load measured beside the steps and by the watch, as its journal. */
export function outage(): RecordedEvent[] {
  const runbook = makeRunbook([
    makeStep('suspend', { kind: 'kubernetes.suspend-cronjob', title: 'Suspend the CronJob' }),
    makeStep('kill', { kind: 'postgres.kill-queries', title: 'Kill the queries' }),
    makeStep('watch', { kind: 'recovery.watch', title: 'Watch the recovery' }),
  ]);
  const told: [number, DomainEvent][] = [
    ...opening(runbook).map((event): [number, DomainEvent] => [0, event]),
    [
      12,
      {
        type: 'cause.named',
        causes: [
          {
            kind: 'runaway-batch-query',
            title: 'A batch job overloads the server',
            confidence: 0.95,
            evidence: ['28 sessions want a CPU, there are 8 cores.', '22 of them run the same statement.'],
            rootSessions: [],
            culprit: {
              kind: 'CronJob',
              namespace: 'analytics',
              name: 'report-generator',
              evidence: [
                { strength: 'strong', text: 'Its pods have the client addresses of these sessions.' },
              ],
            },
            helps: ['Suspend the CronJob, then kill its queries.'],
            wontHelp: [],
            settles: [],
          },
        ],
      },
    ],
    ...changed('suspend', 240, 'CronJob analytics/report-generator was suspended.'),
    [246, { type: 'load.measured', series: loadSeries(readings(6, 240, 12), 60) }],
    ...changed('kill', 300, '22 sessions were terminated.'),
    ...changed('watch', 320, 'Still high at the start.'),
    [
      900,
      {
        type: 'step.verified',
        step: 'watch',
        attempt: 1,
        verdict: makeVerdict({ milestone: 'recovered', series: loadSeries(readings(320, 900, 10), 240) }),
      },
    ],
    [900, { type: 'incident.recovered', evidence: 'All quiet.' }],
    [960, { type: 'run.completed', run: 1 }],
    [
      960,
      { type: 'incident.closed', by: { kind: 'system' }, reason: 'Every step of the runbook has ended.' },
    ],
  ];
  return told.map(([seconds, event], index) => ({
    position: index + 1,
    stream: 'INC-1',
    version: index + 1,
    hash: `hash${index + 1}`,
    at: iso(seconds),
    event,
  }));
}

function changed(step: string, at: number, summary: string): [number, DomainEvent][] {
  const ref = { step, attempt: 1 };
  const outcome = makeOutcome({ summary, done: [{ target: 'it', detail: 'done' }] });
  return [
    [
      at - 2,
      {
        type: 'step.planned',
        ...ref,
        plan: makePlan({ targets: step === 'watch' ? [] : [makeTarget(TARGETS[step] ?? step)] }),
        hash: 'h',
        expiresAt: iso(at + 60),
        differs: [],
      },
    ],
    [
      at - 1,
      {
        type: 'decision.recorded',
        ...ref,
        hash: 'h',
        selection: { targets: step === 'watch' ? [] : [TARGETS[step] ?? step], choices: {} },
        by: anna,
      },
    ],
    [at, { type: 'effect.intended', ...ref, instance: 'i' }],
    [at + 2, { type: 'effect.completed', ...ref, outcome, reconciled: false }],
    ...(step === 'watch'
      ? []
      : [[at + 4, { type: 'step.verified', ...ref, verdict: makeVerdict() }] as [number, DomainEvent]]),
  ];
}

export function outageIncident(): Incident {
  return foldIncident('INC-1', outage());
}
