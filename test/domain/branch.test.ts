import { expect, test } from 'vitest';
import type { Cause } from '../../src/domain/cause.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, currentRun, foldIncident, type Incident } from '../../src/domain/incident.ts';
import { next } from '../../src/domain/next.ts';
import { anna, makeRunbook, makeStep } from '../support/domain.ts';

const runbook = makeRunbook([
  makeStep('resume-replay', { for: ['replay-paused'] }),
  makeStep('kill', { for: ['runaway-batch-query', 'lock-queue'] }),
  makeStep('watch'),
]);

function cause(kind: string, confidence: number): Cause {
  const nothing = { evidence: [], rootSessions: [], culprit: null, helps: [], wontHelp: [], settles: [] };
  return { kind, title: `It is ${kind}`, confidence, ...nothing };
}

function incidentWith(causes: readonly Cause[], more: readonly DomainEvent[] = []): Incident {
  const by = { kind: 'system' } as const;
  const events: DomainEvent[] = [
    {
      type: 'incident.opened',
      title: 't',
      database: 'd',
      service: null,
      severity: 'critical',
      dedupeKey: 'k',
      by,
      alert: null,
    },
    { type: 'run.started', run: 1, runbook, by },
    ...(causes.length === 0 ? [] : [{ type: 'cause.named' as const, causes: [...causes] }]),
    ...more,
  ];
  return foldIncident(
    'INC-1',
    events.map((event, index) => ({
      position: index + 1,
      stream: 'INC-1',
      version: index + 1,
      hash: '',
      at: '2026-11-15T05:23:00Z',
      event,
    })),
  );
}

/** Where the run stands when every step for another cause has been passed by. */
function stepReached(causes: readonly Cause[]): string | undefined {
  const events: DomainEvent[] = [];
  for (;;) {
    const incident = incidentWith(causes, events);
    const todo = next(incident);
    if (todo.do !== 'pass-by') return currentAttempt(incident)?.step.id;
    const { attempt, reason } = todo;
    const command = { type: 'pass-by', step: attempt.step.id, attempt: attempt.attempt, reason } as const;
    const decided = decide(incident, command, new Date());
    if (decided.refusal !== null) throw new Error(decided.refusal.message);
    events.push(...decided.events);
  }
}

test('a step for another cause is passed by, without a plan and without a person', () => {
  expect(stepReached([cause('runaway-batch-query', 0.9)])).toBe('kill');
  expect(stepReached([cause('replay-paused', 0.9)])).toBe('resume-replay');
  expect(stepReached([cause('connection-leak', 0.9)])).toBe('watch');
});

test('several causes may hold: steps for each that is likely are taken', () => {
  const both = [cause('lock-queue', 0.9), cause('replay-paused', 0.6)];
  expect(stepReached(both)).toBe('resume-replay');
  const unlikely = [cause('lock-queue', 0.9), cause('replay-paused', 0.3)];
  expect(stepReached(unlikely)).toBe('kill');
});

test('the most likely cause counts even when it is unsure', () => {
  expect(stepReached([cause('replay-paused', 0.3)])).toBe('resume-replay');
});

test('without a diagnosis no step is passed by', () => {
  expect(stepReached([])).toBe('resume-replay');
});

test('a person who goes back to a step that was passed by gets its plan', () => {
  const causes = [cause('connection-leak', 0.9)];
  const passed = (step: string) => ({
    type: 'step.skipped' as const,
    step,
    attempt: 1,
    by: { kind: 'system' as const },
    reason: 'r',
    passedBy: true,
  });
  const back: DomainEvent = { type: 'run.rewound', to: 'kill', by: anna };
  const incident = incidentWith(causes, [passed('resume-replay'), passed('kill'), back]);
  expect(next(incident)).toMatchObject({ do: 'plan', attempt: { step: { id: 'kill' }, attempt: 2 } });
  const earlier: DomainEvent = { type: 'run.rewound', to: 'resume-replay', by: anna };
  const further = incidentWith(causes, [
    passed('resume-replay'),
    passed('kill'),
    earlier,
    { ...passed('resume-replay'), attempt: 2 },
  ]);
  expect(next(further).do).toBe('pass-by');
  expect(currentRun(further)?.attempts.map(({ closing }) => closing?.passedBy)).toContain(true);
});
