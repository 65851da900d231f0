import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, type Incident } from '../../src/domain/incident.ts';
import { next } from '../../src/domain/next.ts';
import { planHash } from '../../src/domain/plan.ts';
import {
  anna,
  ben,
  fold,
  makeOutcome,
  makePlan,
  makeRunbook,
  makeStep,
  makeTarget,
  makeVerdict,
  opening,
} from '../support/domain.ts';

const runbook = makeRunbook([makeStep('look'), makeStep('suspend'), makeStep('kill')]);
const plans = [[], ['a'], ['a', 'b'], ['c']].map((ids) => makePlan({ targets: ids.map(makeTarget) }));

/** A command as somebody might send it: about a right or wrong try, with a fresh or an old plan, at any time. */
const anyCommand = fc.record({
  step: fc.constantFrom('look', 'suspend', 'kill', 'current', 'current', 'current', 'unknown'),
  attempt: fc.constantFrom(0, 0, 0, 1, 2),
  plan: fc.constantFrom(...plans),
  current: fc.boolean(),
  targets: fc.subarray(['a', 'b', 'c', 'stranger']),
  to: fc.constantFrom('look', 'suspend', 'kill', 'nowhere', null),
  by: fc.constantFrom(anna, ben),
  verdict: fc.constantFrom('passed', 'failed', 'inconclusive'),
  milestone: fc.constantFrom('mitigated', 'recovered', null),
  minutes: fc.integer({ min: -10, max: 10 }),
  type: fc.constantFrom(
    ...(['run', 'skip', 'retry', 'continue', 'back', 'abort'] as const),
    ...([
      'planned',
      'planned',
      'planned',
      'run',
      'run',
      'intend',
      'intend',
      'complete',
      'verified',
      'drifted',
      'fail',
      'close',
      'complete-run',
    ] as const),
  ),
});
type Spec = typeof anyCommand extends fc.Arbitrary<infer T> ? T : never;

function commandOf(incident: Incident, spec: Spec): Command {
  const current = currentAttempt(incident);
  const step = spec.step === 'current' ? (current?.step.id ?? 'look') : spec.step;
  const attempt = spec.attempt === 0 ? (current?.attempt ?? 1) : spec.attempt;
  const ref = { step, attempt, drawn: current?.drawn ?? 0 };
  switch (spec.type) {
    case 'planned':
      return { type: 'planned', ...ref, plan: spec.plan, differs: [], validForMs: 300_000 };
    case 'intend':
      return { type: 'intend', ...ref, instance: 'test', intents: current?.intents ?? 0 };
    case 'complete':
      return {
        type: 'complete',
        ...ref,
        outcome: makeOutcome(),
        reconciled: false,
        intents: current?.intents ?? 0,
      };
    case 'verified':
      return {
        type: 'verified',
        ...ref,
        verdict: makeVerdict({ status: spec.verdict, milestone: spec.milestone }),
      };
    case 'drifted':
      return { type: 'drifted', ...ref, differs: ['It changed.'], intents: current?.intents ?? 0 };
    case 'fail':
      return {
        type: 'fail',
        ...ref,
        phase: 'execute',
        fault: { code: 'internal', message: 'm', hint: 'h' },
        intents: current?.intents ?? 0,
      };
    case 'close':
      return { type: 'close', by: anna, reason: 'over' };
    case 'complete-run':
      return { type: 'complete-run' };
    default: {
      const hash = spec.current ? (current?.hash ?? null) : planHash(spec.plan);
      const selection = { targets: spec.targets, choices: {} };
      return { type: 'decide', ...ref, choice: spec.type, hash, selection, to: spec.to, by: spec.by };
    }
  }
}

function play(
  specs: readonly Spec[],
  check: (before: Incident, command: Command, produced: readonly DomainEvent[]) => void,
) {
  const events = opening(runbook);
  let clock = Date.parse('2026-11-15T05:23:00Z');
  for (const spec of specs) {
    clock += spec.minutes * 60_000;
    const before = fold(events);
    const command = commandOf(before, spec);
    const decided = decide(before, command, new Date(clock));
    check(before, command, decided.events);
    events.push(...decided.events);
  }
  return events;
}

const commands = fc.array(anyCommand, { maxLength: 60 });

it('begins no effect without a recorded decision on exactly the newest plan of that try', () => {
  fc.assert(
    fc.property(commands, (specs) => {
      const events = play(specs, () => undefined);
      events.forEach((event, index) => {
        if (event.type !== 'effect.intended') return;
        const same = events
          .slice(0, index)
          .filter(
            (earlier) =>
              'step' in earlier && earlier.step === event.step && earlier.attempt === event.attempt,
          );
        const planned = same.findLast((earlier) => earlier.type === 'step.planned');
        const decided = same.findLast((earlier) => earlier.type === 'decision.recorded');
        const outdated = same.findLastIndex((earlier) => earlier.type === 'step.outdated');
        expect(planned).toBeDefined();
        expect(decided).toMatchObject({ hash: planned?.hash });
        expect(same.findLastIndex((earlier) => earlier.type === 'decision.recorded')).toBeGreaterThan(
          outdated,
        );
      });
    }),
    { numRuns: 500 },
  );
});

it('takes one decision per plan, whoever clicks how often', () => {
  fc.assert(
    fc.property(commands, (specs) => {
      const events = play(specs, () => undefined);
      const open = new Map<string, number>();
      for (const event of events) {
        if (!('step' in event)) continue;
        const key = `${event.step}/${event.attempt}`;
        if (event.type === 'step.planned') open.set(key, 0);
        if (event.type === 'decision.recorded') open.set(key, (open.get(key) ?? 0) + 1);
        expect(open.get(key) ?? 0).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 500 },
  );
});

it('approves only the plan that is current, only targets of it, and never none of several', () => {
  fc.assert(
    fc.property(commands, (specs) => {
      play(specs, (before, _command, produced) => {
        for (const event of produced) {
          if (event.type !== 'decision.recorded') continue;
          expect(event.hash).toBe(currentAttempt(before)?.hash);
          const offered = currentAttempt(before)?.plan?.targets.map(({ id }) => id) ?? [];
          expect(offered).toEqual(expect.arrayContaining(event.selection.targets));
          expect(offered.length === 0 || event.selection.targets.length > 0).toBe(true);
        }
      });
    }),
    { numRuns: 500 },
  );
});

it('accepts no approval after the plan has expired', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), (minutes) => {
      const planned = decide(
        fold(opening(runbook)),
        {
          type: 'planned',
          step: 'look',
          attempt: 1,
          drawn: 0,
          plan: makePlan(),
          differs: [],
          validForMs: 300_000,
        },
        new Date(0),
      );
      const waiting = fold([...opening(runbook), ...planned.events]);
      const hash = planHash(makePlan());
      const click: Command = {
        type: 'decide',
        step: 'look',
        attempt: 1,
        choice: 'run',
        hash,
        selection: null,
        to: null,
        by: anna,
      };
      const decided = decide(waiting, click, new Date(minutes * 60_000));
      expect(decided.events.some(({ type }) => type === 'decision.recorded')).toBe(minutes < 5);
    }),
  );
});

it('always leaves a state from which somebody can go on: the engine, or a person with a card', () => {
  fc.assert(
    fc.property(commands, (specs) => {
      const incident = fold(play(specs, () => undefined));
      const todo = next(incident);
      if (todo.do !== 'wait' || incident.status === 'closed') return;
      const current = currentAttempt(incident);
      const waitsForPerson = current?.status === 'awaiting' || current?.status === 'attention';
      expect(waitsForPerson || incident.runs.at(-1)?.status !== 'running').toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('writes nothing after the incident is closed', () => {
  fc.assert(
    fc.property(commands, commands, (before, after) => {
      const closed: Spec[] = [...before, { ...(before[0] ?? after[0]), type: 'close', minutes: 0 } as Spec];
      const events = play(closed, () => undefined);
      const incident = fold(events);
      if (incident.status !== 'closed') return;
      for (const spec of after)
        expect(decide(incident, commandOf(incident, spec), new Date()).events).toEqual([]);
    }),
  );
});
