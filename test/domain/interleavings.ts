import fc from 'fast-check';
import type { Actor } from '../../src/domain/actor.ts';
import { cardHash } from '../../src/domain/card-hash.ts';
import type { Choice, Command } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { ChargeCommand } from '../../src/domain/decide-charge.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../../src/domain/incident.ts';
import { next } from '../../src/domain/next.ts';
import { proposedSelection, shownSelection } from '../../src/domain/plan.ts';
import type { Decided } from '../../src/domain/refuse.ts';
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

const chris = { kind: 'person', id: 'U0CHRIS', name: 'Chris', via: 'slack' } as const;
const people = [anna, ben, chris] as const;

/** A step that asks nobody, one that asks two, one that asks one. */
const runbook = makeRunbook([
  makeStep('look', { confirm: 'none' }),
  makeStep('suspend', { confirm: 'two' }),
  makeStep('kill'),
]);

export type DecideCommand = Extract<Command, { type: 'decide' }>;
type Sent = DecideCommand | ChargeCommand;

const plans = [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((ids) =>
  makePlan({ targets: ids.map(makeTarget) }),
);
const choices: readonly Choice[] = [
  'run',
  'run',
  'run',
  'run',
  'targets',
  'withdraw',
  'skip',
  'retry',
  'continue',
  'back',
  'abort',
];

/** Something that happens. Numbers choose among what is there: screens that were shown, clicks and commands sent. */
const anyMove = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('click' as const),
      by: fc.constantFrom<Actor>(
        anna,
        ben,
        chris,
        anna,
        ben,
        { kind: 'policy', id: 'p', name: 'p' },
        { kind: 'system' },
      ),
      choice: fc.constantFrom(...choices),
      /** 0 is what is shown now, 1 what was shown before that. */
      screen: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, 5),
      picked: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.subarray(['a', 'b', 'c', 'stranger']) },
      ),
      to: fc.constantFrom('look', 'suspend', 'kill', 'nowhere', null),
      isForced: fc.constantFrom(false, false, false, true),
    }),
  },
  /** The same click is delivered again, or an impatient person clicks again on the same screen. */
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat(30), isDelivery: fc.boolean() }),
  },
  /** An engine looks at the state, and sends what it found later. */
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('engine' as const),
      how: fc.constantFrom('well', 'well', 'well', 'well', 'fails', 'drifts', 'dies'),
      plan: fc.constantFrom(...plans),
      verdict: fc.constantFrom('passed', 'passed', 'failed', 'inconclusive'),
      isLate: fc.constantFrom(false, false, false, true),
    }),
  },
  /** An engine that is mistaken about where things are. */
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rogue' as const),
      type: fc.constantFrom('intend', 'complete', 'verified', 'drifted', 'pass-by', 'complete-run'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('tick' as const), minutes: fc.integer({ min: -10, max: 10 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('charge' as const),
      type: fc.constantFrom('take-charge', 'take-charge', 'hand-over', 'add-responders'),
      by: fc.constantFrom(...people),
      /** Whom the screen shows in charge: whoever is, or somebody from before. */
      shows: fc.constantFrom('present', 'present', 'present', 'nobody', ...people.map(({ id }) => id)),
      to: fc.subarray([...people], { minLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), by: fc.constantFrom(...people) }) },
);
export type Move = typeof anyMove extends fc.Arbitrary<infer T> ? T : never;

/** Interleavings; few of them are closed early. */
export const anyMoves = fc
  .array(anyMove, { minLength: 20, maxLength: 120, size: 'max' })
  .map((moves) => moves.filter((move, index) => move.do !== 'close' || index > 70));

/** What one command led to. */
export interface Done {
  readonly before: Incident;
  readonly command: Command;
  readonly now: Date;
  readonly decided: Decided;
  readonly events: readonly DomainEvent[];
}

/** Lets everything happen in turn: each command is decided on the newest state, as the ledger does. */
export function play(
  moves: readonly Move[],
  begin: readonly DomainEvent[] = opening(runbook),
): { events: DomainEvent[]; done: Done[]; now: Date } {
  const events = [...begin];
  let state = fold(events);
  const done: Done[] = [];
  const sent: Sent[] = [];
  const late: Command[] = [];
  const screens: { step: string; attempt: number; hash: string }[] = [];
  let clock = Date.parse('2026-11-15T05:23:00Z');
  let clicks = 0;

  function send(command: Command): void {
    const before = state;
    const now = new Date(clock);
    const decided = decide(before, command, now);
    events.push(...decided.events);
    state = decided.events.reduce(step, state);
    done.push({ before, command, now, decided, events: decided.events });
  }

  for (const move of moves) {
    const incident = state;
    const current = currentAttempt(incident);
    const shown = current && { step: current.step.id, attempt: current.attempt, hash: cardHash(current) };
    if (shown !== undefined && shown.hash !== screens.at(-1)?.hash) screens.push(shown);
    if (move.do === 'tick') clock += move.minutes * 60_000;
    if (move.do === 'close') send({ type: 'close', by: move.by, reason: 'over', click: `close ${++clicks}` });
    if (move.do === 'rogue' && current !== undefined) send(rogueCommand(current, move.type));
    if (move.do === 'late') {
      const [command] = late.splice(move.which % Math.max(1, late.length), 1);
      if (command !== undefined) send(command);
    }
    if (move.do === 'again') {
      const command = sent[move.which % Math.max(1, sent.length)];
      if (command !== undefined) send(move.isDelivery ? command : { ...command, click: `click ${++clicks}` });
    }
    if (move.do === 'click') {
      const screen = screens.at(-1 - move.screen) ?? screens.at(-1);
      if (screen === undefined) continue;
      const plan = current?.plan ?? null;
      const proposed =
        current?.approval?.selection ??
        (plan === null ? null : shownSelection(plan, current?.chosen ?? null));
      const selection = move.picked === null ? proposed : { targets: move.picked, choices: {} };
      const command: DecideCommand = {
        type: 'decide',
        ...screen,
        choice: move.choice,
        selection,
        to: move.to,
        by: move.by,
        click: `click ${++clicks}`,
        ...(move.isForced ? { breakGlass: { reason: `reason ${clicks}` } } : {}),
      };
      sent.push(command);
      send(command);
    }
    if (move.do === 'charge') {
      const command = chargeCommand(incident, move, `click ${++clicks}`);
      sent.push(command);
      send(command);
    }
    if (move.do === 'engine') {
      const commands = engineCommands(incident, move);
      if (move.isLate) late.push(...commands);
      else for (const command of commands) send(command);
    }
  }
  return { events, done, now: new Date(clock) };
}

/** A click about who is in charge, on a screen that may be old. */
function chargeCommand(
  incident: Incident,
  { type, by, shows, to }: Extract<Move, { do: 'charge' }>,
  click: string,
): ChargeCommand {
  const [first = by] = to;
  if (type === 'hand-over') return { type, by, to: first, click };
  if (type === 'add-responders') return { type, by, who: to, click };
  const present = incident.lead?.who.id ?? null;
  const from = shows === 'present' ? present : shows === 'nobody' ? null : shows;
  return { type, by, from, click };
}

/** A command about the present try, whether or not it is its turn. */
function rogueCommand(current: StepAttempt, type: Extract<Move, { do: 'rogue' }>['type']): Command {
  const { step: of, attempt, intents, drawn } = current;
  const ref = { step: of.id, attempt, drawn };
  switch (type) {
    case 'intend':
      return { type, ...ref, instance: 'rogue', intents };
    case 'complete':
      return { type, ...ref, outcome: makeOutcome(), reconciled: false, intents };
    case 'verified':
      return { type, ...ref, verdict: makeVerdict() };
    case 'drifted':
      return { type, ...ref, differs: ['It changed.'], intents };
    case 'pass-by':
      return { type, ...ref, reason: 'It is for another cause.' };
    case 'complete-run':
      return { type };
  }
}

/** What an engine sends that sees this state and goes on with it. */
export function engineCommands(
  incident: Incident,
  { how, plan, verdict }: Pick<Extract<Move, { do: 'engine' }>, 'how' | 'plan' | 'verdict'>,
): Command[] {
  const todo = next(incident);
  if (todo.do === 'wait' || todo.do === 'write-post-mortem') return [];
  if (todo.do === 'complete-run') return [{ type: 'complete-run' }];
  const { attempt } = todo;
  const ref = { step: attempt.step.id, attempt: attempt.attempt, drawn: attempt.drawn };
  const fault = { code: 'internal', message: 'm', hint: 'h' };
  const { intents } = attempt;
  switch (todo.do) {
    case 'pass-by':
      return [{ type: 'pass-by', ...ref, reason: todo.reason }];
    case 'plan':
      return how === 'fails'
        ? [{ type: 'fail', ...ref, phase: 'plan', fault, intents }]
        : [{ type: 'planned', ...ref, plan, differs: [], validForMs: 300_000 }];
    case 'approve-by-runbook':
      return [
        {
          type: 'decide',
          ...ref,
          choice: 'run',
          hash: attempt.hash,
          selection: attempt.plan === null ? null : proposedSelection(attempt.plan),
          to: null,
          by: { kind: 'policy', id: 'runbook', name: 'the runbook' },
        },
      ];
    case 'execute':
    case 'reconcile': {
      const intend: Command = { type: 'intend', ...ref, instance: 'i', intents };
      if (how === 'drifts') return [{ type: 'drifted', ...ref, differs: ['It changed.'], intents }];
      if (how === 'dies') return [intend];
      if (how === 'fails')
        return [intend, { type: 'fail', ...ref, phase: 'execute', fault, intents: intents + 1 }];
      const outcome = makeOutcome();
      return [intend, { type: 'complete', ...ref, outcome, reconciled: false, intents: intents + 1 }];
    }
    case 'verify':
      return [{ type: 'verified', ...ref, verdict: makeVerdict({ status: verdict }) }];
  }
}
