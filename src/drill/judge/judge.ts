import { type Cause, culpritName } from '../../domain/cause.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { foldIncident } from '../../domain/incident.ts';
import type { Scenario } from '../scenario.ts';
import type { Shape } from '../shape.ts';

/** How one scenario in one shape was handled. */
export interface Judgement {
  readonly scenario: string;
  readonly shape: number;
  readonly causeRight: boolean;
  readonly culpritRight: boolean;
  readonly actionRight: boolean;
  /** Each innocent signalled, workload touched or setting left behind, in words. */
  readonly harm: readonly string[];
  /** What is not right, in words; harm included. */
  readonly problems: readonly string[];
  readonly cause: string | null;
  readonly culprit: string | null;
  readonly confidence: number | null;
  /** Step kinds whose effect was carried out and proved. */
  readonly actions: readonly string[];
  readonly symptom: string | null;
  readonly tookMs: number;
}

/** What the scenario's end looked like. */
export interface Ending {
  readonly scenario: Scenario;
  readonly shape: Shape;
  readonly events: readonly RecordedEvent[];
  readonly symptom: string | null;
  /** What is still wrong by measurement, or null. */
  readonly left: string | null;
  readonly harm: readonly string[];
  /** Step kinds that only read: not counted among the actions. */
  readonly reading: ReadonlySet<string>;
  readonly tookMs: number;
}

/**
 * The most likely cause as it was last named before anything was changed: a diagnosis that could not read everything may
 * be made again. Null when none was named.
 */
export function causeActedOn(events: readonly RecordedEvent[], reading: ReadonlySet<string>): Cause | null {
  const kinds = new Map<string, string>();
  let top: Cause | null = null;
  for (const { event } of events) {
    if (event.type === 'run.started') for (const { id, kind } of event.runbook.steps) kinds.set(id, kind);
    if (event.type === 'effect.intended' && !reading.has(kinds.get(event.step) ?? '')) break;
    if (event.type === 'cause.named') top = event.causes[0] ?? null;
  }
  return top;
}

/** Compares what the journal says with the right answer. */
export function judge({ scenario, shape, events, symptom, left, harm, reading, tookMs }: Ending): Judgement {
  const expected = scenario.expected(shape);
  const [opened] = events;
  const incident = opened === undefined ? null : foldIncident(opened.stream, events);
  const top = causeActedOn(events, reading);
  const culprit = top === null || top.culprit === null ? null : culpritName(top.culprit);
  const attempts = (incident?.runs ?? []).flatMap(({ attempts }) => attempts);
  const effects = attempts.filter(({ step, intents }) => intents > 0 && !reading.has(step.kind));
  const actions = effects.filter(({ verdict }) => verdict?.status === 'passed').map(({ step }) => step.kind);
  const missing = expected.actions.filter((kind) => !actions.includes(kind));
  const wrong = effects.filter(({ step }) => !expected.actions.includes(step.kind));
  const closed = incident?.status === 'closed';
  const problems: string[] = [
    ...(top?.kind === expected.cause
      ? []
      : [`The cause named is ${top?.kind ?? 'none'}, not ${expected.cause}.`]),
    ...(culprit === expected.culprit
      ? []
      : [`The culprit named is ${culprit ?? 'nobody'}, not ${expected.culprit ?? 'nobody'}.`]),
    ...missing.map((kind) => `${kind} was not carried out and proved.`),
    ...wrong.map(({ step }) => `${step.kind} was carried out, and is no answer to this.`),
    ...(left === null ? [] : [`It is not over: ${left}.`]),
    ...(closed ? [] : ['The incident was not closed.']),
    ...harm,
  ];
  return {
    scenario: scenario.id,
    shape: shape.number,
    causeRight: top?.kind === expected.cause,
    culpritRight: culprit === expected.culprit,
    actionRight: missing.length === 0 && wrong.length === 0 && left === null && closed,
    harm,
    problems,
    cause: top?.kind ?? null,
    culprit,
    confidence: top?.confidence ?? null,
    actions,
    symptom,
    tookMs,
  };
}
