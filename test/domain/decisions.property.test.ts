import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import { cardHash, decidedCardHash } from '../../src/domain/card-hash.ts';
import type { Command } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, type Incident } from '../../src/domain/incident.ts';
import { next } from '../../src/domain/next.ts';
import { proposedSelection } from '../../src/domain/plan.ts';
import { anna, ben, fold, makePlan, makeRunbook, makeStep, opening, step } from '../support/domain.ts';
import { anyMoves, type DecideCommand, type Done, engineCommands, play } from './interleavings.ts';

const RUNS = { numRuns: 150 };

/** Checks what the interleaving led to. */
function holds(check: (played: ReturnType<typeof play>) => void): void {
  fc.assert(
    fc.property(anyMoves, (moves) => check(play(moves))),
    RUNS,
  );
}

/** The events of one try that come before an event, oldest first. */
function before(events: readonly DomainEvent[], index: number): DomainEvent[] {
  const event = events[index];
  if (event === undefined || !('step' in event)) return [];
  return events
    .slice(0, index)
    .filter((other) => 'step' in other && other.step === event.step && other.attempt === event.attempt);
}

/** Each event of a type, with what came before it in its try. */
function each<T extends DomainEvent['type']>(
  events: readonly DomainEvent[],
  type: T,
  check: (event: Extract<DomainEvent, { type: T }>, earlier: readonly DomainEvent[]) => void,
): void {
  events.forEach((event, index) => {
    if (event.type === type) check(event as Extract<DomainEvent, { type: T }>, before(events, index));
  });
}

const lastOf = <T extends DomainEvent['type']>(events: readonly DomainEvent[], type: T) =>
  events.findLast((event): event is Extract<DomainEvent, { type: T }> => event.type === type);
const since = (events: readonly DomainEvent[], ...types: DomainEvent['type'][]) =>
  events.slice(events.findLastIndex(({ type }) => types.includes(type)) + 1);
const clicksOf = (done: readonly Done[]) =>
  done.filter((one): one is Done & { command: DecideCommand } => one.command.type === 'decide');

it('the interleavings reach what they are about', () => {
  const seen = new Map<string, number>();
  holds(({ events, done }) => {
    for (const { type } of events) seen.set(type, (seen.get(type) ?? 0) + 1);
    for (const { decided } of done) {
      const reason = decided.refusal?.reason;
      if (reason !== undefined) seen.set(reason, (seen.get(reason) ?? 0) + 1);
    }
  });
  const wanted = [
    'targets.chosen',
    'approval.recorded',
    'decision.recorded',
    'effect.completed',
    'step.outdated',
    'run.rewound',
    'charge.taken',
    'charge.handed-over',
    'responder.added',
  ];
  const refusals = [
    'same-person',
    'approved-meanwhile',
    'already-decided',
    'stale-plan',
    'expired',
    'repeated',
  ];
  for (const name of [...wanted, ...refusals, 'incident.closed'])
    expect([name, (seen.get(name) ?? 0) > 0]).toEqual([name, true]);
});

it('no effect begins without a decision on the newest plan, and within its targets', () => {
  holds(({ events }) => {
    each(events, 'effect.intended', (_, earlier) => {
      const planned = lastOf(earlier, 'step.planned');
      const decided = lastOf(since(earlier, 'step.planned', 'step.outdated'), 'decision.recorded');
      expect(decided?.hash).toBe(planned?.hash);
      expect(planned).toBeDefined();
      const offered = planned?.plan.targets.map(({ id }) => id) ?? [];
      expect(offered).toEqual(expect.arrayContaining(decided?.selection.targets ?? ['none']));
    });
  });
});

it('a plan takes one decision, and one first approval', () => {
  holds(({ events }) => {
    for (const type of ['decision.recorded', 'approval.recorded'] as const) {
      each(events, type, (_, earlier) =>
        expect(lastOf(since(earlier, 'step.planned'), type)).toBeUndefined(),
      );
    }
  });
});

it('targets are chosen among those of the newest plan, and only while nobody has approved it', () => {
  holds(({ events }) => {
    each(events, 'targets.chosen', ({ hash, targets }, earlier) => {
      const planned = lastOf(earlier, 'step.planned');
      expect(planned?.hash).toBe(hash);
      const offered = planned?.plan.targets.map(({ id }) => id) ?? [];
      expect(offered).toEqual(expect.arrayContaining(targets));
      const current = since(earlier, 'step.planned', 'step.outdated');
      expect(lastOf(current, 'approval.recorded')).toBeUndefined();
      expect(lastOf(current, 'decision.recorded')).toBeUndefined();
    });
  });
});

it('an effect is completed once, and only after it was begun', () => {
  holds(({ events }) => {
    each(events, 'effect.completed', (_, earlier) => {
      const sinceDecision = since(earlier, 'decision.recorded');
      expect(lastOf(sinceDecision, 'effect.intended')).toBeDefined();
      expect(lastOf(sinceDecision, 'effect.completed')).toBeUndefined();
    });
  });
});

it('two people are two different people, who approved the same plan and the same targets', () => {
  holds(({ events }) => {
    each(events, 'decision.recorded', ({ step, by, first, hash, selection }, earlier) => {
      if (step !== 'suspend') return;
      const approval = lastOf(since(earlier, 'step.planned', 'step.outdated'), 'approval.recorded');
      expect(approval).toMatchObject({ by: first, hash, selection });
      expect(by.kind).toBe('person');
      expect(by.kind === 'person' && by.id).not.toBe(first?.id);
    });
  });
});

it('whoever asked for a step that is not for its asker alone does not decide on it', () => {
  let askers = 0;
  const [opened, started] = opening(makeRunbook([makeStep('kill', { notByAsker: true })]));
  if (opened === undefined || started?.type !== 'run.started') throw new Error('No run begins.');
  const byHand: DomainEvent[] = [opened, { ...started, by: anna }];
  fc.assert(
    fc.property(anyMoves, (moves) => {
      for (const { before: state, command, decided, events } of clicksOf(play(moves, byHand).done)) {
        const asker = currentAttempt(state)?.wantedBy ?? anna;
        if (!isOf(asker, command.by)) continue;
        expect(events.filter(({ type }) => type === 'decision.recorded')).toEqual([]);
        if (decided.refusal?.reason === 'self-approval') askers += 1;
      }
    }),
    RUNS,
  );
  expect(askers).toBeGreaterThan(0);
});

it('a forced decision says so with its reason, for everybody to see, and weakens no other rule', () => {
  holds(({ events, done }) => {
    const reasons: string[] = [];
    for (const { command, events: caused } of clicksOf(done)) {
      for (const event of caused) {
        if (!('breakGlass' in event) && event.type !== 'decision.recorded') continue;
        expect('breakGlass' in event ? event.breakGlass : undefined).toEqual(command.breakGlass);
        if (command.breakGlass !== undefined) reasons.push(command.breakGlass.reason);
      }
    }
    expect(fold(events).forced.map(({ reason }) => reason)).toEqual(reasons);
  });
});

it('a policy decides only on what only reads, and Firebreak itself on nothing', () => {
  holds(({ events }) => {
    each(events, 'decision.recorded', ({ step, by }) => {
      expect(by.kind === 'person' || (by.kind === 'policy' && step === 'look')).toBe(true);
    });
  });
});

it('a click on anything but the card as it is now changes nothing', () => {
  holds(({ done }) => {
    for (const { before: state, command, events } of clicksOf(done)) {
      const current = currentAttempt(state);
      const isShown = current !== undefined && command.hash === cardHash(current);
      const isEmergency =
        command.choice === 'abort' && current !== undefined && command.hash === decidedCardHash(current);
      const changing = events.filter((event) => event.type !== 'step.outdated' || event.reason !== 'expired');
      if (!isShown && !isEmergency) expect(changing).toEqual([]);
    }
  });
});

it('a click that was answered once changes nothing when it comes again, at whatever time', () => {
  holds(({ done }) => {
    const answered = new Map<string, boolean>();
    for (const { command, decided, events } of clicksOf(done)) {
      const { click: _, ...same } = command;
      const key = JSON.stringify(same);
      // Another click on the same screen is refused as well: what it shows is over.
      if (answered.has(key)) expect(events.filter(({ type }) => type !== 'step.outdated')).toEqual([]);
      // What was not there to be decided by this actor may be decided by another one.
      if (decided.refusal?.reason !== 'not-allowed') answered.set(key, true);
    }
  });
});

it('the same delivery of an accepted click is known as such for ever', () => {
  holds(({ done }) => {
    const accepted = new Set<string>();
    for (const { command, decided } of clicksOf(done)) {
      if (command.click === undefined) continue;
      if (accepted.has(command.click))
        expect(decided).toMatchObject({ events: [], refusal: { reason: 'repeated' } });
      if (decided.refusal === null) accepted.add(command.click);
    }
  });
});

it('an expired plan is never decided on, however the clock jumps', () => {
  holds(({ done }) => {
    for (const { before: state, events, now } of done) {
      if (!events.some(({ type }) => type === 'decision.recorded' || type === 'approval.recorded')) continue;
      const expiresAt = currentAttempt(state)?.expiresAt ?? '';
      expect(now.getTime()).toBeLessThan(Date.parse(expiresAt));
    }
  });
});

it('a refusal changes nothing, but that an expired plan is made anew', () => {
  holds(({ done }) => {
    for (const { decided, events } of done) {
      if (decided.refusal === null) continue;
      expect(events.filter((event) => event.type !== 'step.outdated' || event.reason !== 'expired')).toEqual(
        [],
      );
    }
  });
});

it('a journaled refusal leaves the state as it was', () => {
  holds(({ events }) => {
    const noted: DomainEvent = {
      type: 'decision.refused',
      step: 'kill',
      attempt: 1,
      by: anna,
      choice: 'run',
      reason: 'already-decided',
      click: 'refused',
    };
    const plain = fold(events);
    const { refusals, clicks, ...rest } = fold([...events, noted]);
    expect({
      ...rest,
      refusals: plain.refusals,
      clicks: plain.clicks,
      version: plain.version,
      newsVersion: plain.newsVersion,
    }).toEqual(plain);
    expect(refusals.length - plain.refusals.length + clicks.length - plain.clicks.length).toBe(2);
  });
});

it('nothing is written after the incident is closed', () => {
  holds(({ events }) => {
    const closed = events.findIndex(({ type }) => type === 'incident.closed');
    if (closed !== -1) expect(events.slice(closed + 1)).toEqual([]);
  });
});

it('whoever is too late for a decision is told who made it', () => {
  holds(({ done }) => {
    for (const { before: state, decided, command } of clicksOf(done)) {
      if (decided.refusal?.reason !== 'already-decided') continue;
      const attempt = state.runs
        .at(-1)
        ?.attempts.find(
          ({ step, attempt: number }) => step.id === command.step && number === command.attempt,
        );
      const by = attempt?.closing?.by.kind === 'person' ? attempt.closing.by : attempt?.decision?.by;
      const isOwn = by?.kind === 'person' && command.by.kind === 'person' && by.id === command.by.id;
      const name = isOwn ? 'You' : by === undefined || by.kind === 'system' ? 'Firebreak' : by.name;
      expect(decided.refusal.message).toContain(`${name} decided (`);
    }
  });
});

it('the fold is total and deterministic, over events in any order', () => {
  fc.assert(
    fc.property(anyMoves, fc.infiniteStream(fc.nat()), (moves, numbers) => {
      const [opened, ...rest] = play(moves).events;
      if (opened === undefined) return;
      const shuffled = rest
        .map((event) => ({ event, at: numbers.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ event }) => event);
      expect(fold([opened, ...shuffled])).toEqual(fold([opened, ...shuffled]));
    }),
    RUNS,
  );
});

it('there is always something to do for the engine, or somebody to decide', () => {
  holds(({ events }) => {
    const incident = fold(events);
    if (next(incident).do !== 'wait' || incident.status === 'closed') return;
    const status = currentAttempt(incident)?.status;
    const isOver = incident.runs.at(-1)?.status !== 'running';
    expect(isOver || status === 'awaiting' || status === 'attention').toBe(true);
  });
});

it('no state is a dead end: clicks on what is shown lead to a closed incident', () => {
  holds(({ events, now }) => {
    let incident = fold(events);
    for (let moves = 0; moves < 60; moves += 1) {
      if (incident.status === 'closed') return;
      const well = { how: 'well', plan: makePlan(), verdict: 'passed' } as const;
      const commands = next(incident).do === 'wait' ? [clickOn(incident)] : engineCommands(incident, well);
      for (const command of commands) incident = decide(incident, command, now).events.reduce(step, incident);
    }
    expect(incident.status).toBe('closed');
  });
});

const isOf = (one: Actor, other: Actor) =>
  one.kind === 'person' && other.kind === 'person' && one.id === other.id;

/** What a person does who wants it to be over: runs what waits, goes on from what failed, closes what has ended. */
function clickOn(incident: Incident): Command {
  const current = currentAttempt(incident);
  if (current === undefined) return { type: 'close', by: anna, reason: 'over' };
  const { step, attempt, approval, plan, status } = current;
  return {
    type: 'decide',
    step: step.id,
    attempt,
    choice: status === 'attention' ? 'continue' : 'run',
    hash: cardHash(current),
    selection: approval?.selection ?? (plan === null ? null : proposedSelection(plan)),
    to: null,
    by: approval?.by.id === anna.id ? ben : anna,
  };
}
