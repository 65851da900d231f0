import { describe, expect, test } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import { planHash } from '../../src/domain/plan.ts';
import { offersOf } from '../../src/terminal/deeds.ts';
import { paint } from '../../src/terminal/lines.ts';
import { withoutMentions } from '../../src/terminal/mentions.ts';
import { newsLines } from '../../src/terminal/news.ts';
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
  step,
} from '../support/domain.ts';

const time = (iso: string) => iso.slice(11, 19);
const runbook = makeRunbook([makeStep('suspend'), makeStep('kill', { confirm: 'two' })]);
const plan = makePlan({
  summary: 'Suspend CronJob analytics/report.',
  warnings: ['Its queries go on running.'],
  targets: [makeTarget('report'), { ...makeTarget('other'), selected: false }],
  excluded: [{ label: 'pid 7', reason: 'a backup' }],
  commands: [{ label: 'Patch', language: 'json', text: '{"spec":{"suspend":true}}' }],
});
const planned = (id: string): DomainEvent => ({
  type: 'step.planned',
  step: id,
  attempt: 1,
  plan,
  hash: planHash(plan),
  expiresAt: '2026-11-15T05:30:00.000Z',
  differs: [],
});
const read = (lines: Parameters<typeof paint>[0]) => paint(lines, 80, false).join('\n');

describe('what is shown to somebody who comes', () => {
  const incident = fold([...opening(runbook), planned('suspend')]);

  test('is where it stands and the whole plan: targets, exact patch, warnings, what is left alone', () => {
    const text = read(newsLines(null, incident, time));
    expect(text).toContain('INC-1 · order-service: connection pool exhausted');
    expect(text).toContain('Waits for: a decision on step 1');
    expect(text).toContain('! Its queries go on running.');
    expect(text).toContain('Acts on 1 of 2:');
    expect(text).toContain('[x] report');
    expect(text).toContain('[ ] other');
    expect(text).toContain('{"spec":{"suspend":true}}');
    expect(text).toContain('pid 7: a backup');
  });

  test('is nothing new when nothing happened', () => {
    expect(newsLines(incident, incident, time)).toEqual([]);
  });
});

test('what others decide is told with who and what came of it', () => {
  const before = fold([...opening(runbook), planned('suspend')]);
  const ref = { step: 'suspend', attempt: 1 };
  const decided: DomainEvent = {
    type: 'decision.recorded',
    ...ref,
    hash: planHash(plan),
    selection: { targets: ['report'], choices: {} },
    by: ben,
  };
  const executing = [decided, { type: 'effect.intended', ...ref, instance: 'i' } as const].reduce(
    step,
    before,
  );
  expect(read(newsLines(before, executing, time))).toMatch(/Running\nDecided by Ben at/);
  const events: DomainEvent[] = [
    {
      type: 'effect.completed',
      ...ref,
      outcome: makeOutcome({ summary: 'Suspended it.' }),
      reconciled: false,
    },
    { type: 'step.verified', ...ref, verdict: makeVerdict({ evidence: 'No Job of it runs.' }) },
  ];
  const passed = events.reduce(step, executing);
  expect(read(newsLines(executing, passed, time))).toMatch(/Suspended it\.\nVerified: No Job of it runs\./);
});

test('who is in charge is shown, told when it changes, and may be taken over', () => {
  const nobody = fold(opening(runbook));
  const led = step(nobody, { type: 'charge.taken', by: ben });
  expect(read(newsLines(null, nobody, time))).toContain('In charge: nobody yet');
  expect(read(newsLines(nobody, led, time))).toContain('Ben is in charge.');
  expect(offersOf(led, anna.id).map(({ label }) => label)).toContain('Take charge from Ben');
  expect(offersOf(led, ben.id).map(({ deed }) => deed.do)).not.toContain('take-charge');
});

test('a refusal names people as a terminal can', () => {
  expect(withoutMentions('Ask <@U0ANNA>, <!subteam^S0DBA>: <@U0BEN|ben>.')).toBe('Ask U0ANNA, S0DBA: U0BEN.');
});

describe('what is offered', () => {
  const labels = (incident: Parameters<typeof offersOf>[0]) =>
    offersOf(incident, anna.id).map(({ label }) => label);

  test('says on how many targets it would run', () => {
    expect(labels(fold([...opening(runbook), planned('suspend')]))[0]).toBe('Run it on 1 target');
  });

  test('is no run before something is picked when the plan proposes nothing', () => {
    const none = { ...plan, targets: plan.targets.map((target) => ({ ...target, selected: false })) };
    const event = { ...planned('suspend'), plan: none, hash: planHash(none) } as DomainEvent;
    expect(labels(fold([...opening(runbook), event]))[0]).toBe('Change what it acts on, then run it');
  });

  test('is the way back to what was skipped, and of what was passed by to the last only', () => {
    const steps = ['roll-back', 'scale', 'idle', 'suspend', 'drop', 'kill'];
    const skip = { type: 'step.skipped', attempt: 1, reason: 'no' } as const;
    const passed = { ...skip, by: { kind: 'system' }, passedBy: true } as const;
    const incident = fold([
      ...opening(makeRunbook(steps.map((id) => makeStep(id)))),
      { ...passed, step: 'roll-back' },
      { ...skip, step: 'scale', by: anna },
      { ...skip, step: 'idle', by: { kind: 'system' } },
      { ...passed, step: 'suspend' },
      { ...passed, step: 'drop' },
      planned('kill'),
    ]);
    expect(labels(incident).filter((label) => label.startsWith('Go back'))).toEqual([
      'Go back to "Step scale"',
      'Go back to "Step idle"',
      'Go back to "Step drop"',
    ]);
  });

  test('is to be the first, then the second of two', () => {
    const skipped: DomainEvent = {
      type: 'step.skipped',
      step: 'suspend',
      attempt: 1,
      by: anna,
      reason: 'no',
    };
    const first = fold([...opening(runbook), skipped, planned('kill')]);
    expect(labels(first)[0]).toBe('Approve it on 1 target, as the first of two');
    expect(labels(first)).toContain('Go back to "Step suspend"');
    // Without a diagnosis there is no evidence to be pointed to.
    expect(labels(first)).not.toContain('Explain: the evidence');
    const approved = step(first, {
      type: 'approval.recorded',
      step: 'kill',
      attempt: 1,
      hash: planHash(plan),
      selection: { targets: ['report'], choices: {} },
      by: anna,
    });
    expect(labels(approved).slice(0, 2)).toEqual([
      'Run it, as the second person',
      'Take the first approval back',
    ]);
  });

  test('is to close an incident whose run was stopped', () => {
    const aborted = fold([...opening(runbook), { type: 'run.aborted', run: 1, by: anna, reason: 'enough' }]);
    expect(labels(aborted)).toEqual(['Take charge', 'Close the incident', 'Leave; the incident stays open']);
  });
});
