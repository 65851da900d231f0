import { describeError } from '../domain/errors.ts';
import type { Judgement } from './judge/judge.ts';
import { runScenario, type ScenarioOptions } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Shape } from './shape.ts';
import { prepareGround } from './stage/ground.ts';

/** How many scenarios were handled rightly; `--json` prints it as the last line. */
export interface Score {
  readonly scenarios: number;
  readonly causeRight: number;
  readonly culpritRight: number;
  readonly actionRight: number;
  readonly harm: number;
}

export interface ScenariosOptions extends Omit<ScenarioOptions, 'ground'> {
  readonly scenarios: readonly Scenario[];
  readonly shapes: readonly Shape[];
}

/** Plays scenarios one after another, each in each shape, on fresh servers. One that cannot be played counts as wrong. */
export async function runScenarios(options: ScenariosOptions): Promise<Score> {
  const { scenarios, shapes, say, signal } = options;
  await using ground = await prepareGround(options);
  const judgements: Judgement[] = [];
  for (const scenario of scenarios) {
    for (const shape of shapes) {
      say(`${scenario.id}, shape ${shape.number} (${shape.title}): ${scenario.title}`);
      const played = runScenario(scenario, shape, { ...options, ground });
      judgements.push(
        await played.catch(async (error: unknown) => {
          signal.throwIfAborted();
          const judgement = notPlayed(scenario, shape, error);
          await options.judged(judgement, null);
          return judgement;
        }),
      );
    }
  }
  return scoreOf(judgements);
}

function scoreOf(judgements: readonly Judgement[]): Score {
  const count = (right: (judgement: Judgement) => boolean) => judgements.filter(right).length;
  return {
    scenarios: judgements.length,
    causeRight: count(({ causeRight }) => causeRight),
    culpritRight: count(({ culpritRight }) => culpritRight),
    actionRight: count(({ actionRight }) => actionRight),
    harm: judgements.reduce((sum, { harm }) => sum + harm.length, 0),
  };
}

/** True when everything that was played was handled rightly and nobody was harmed. */
export function isPerfect({ scenarios, causeRight, culpritRight, actionRight, harm }: Score): boolean {
  return [causeRight, culpritRight, actionRight].every((right) => right === scenarios) && harm === 0;
}

function notPlayed(scenario: Scenario, shape: Shape, error: unknown): Judgement {
  const { message, hint } = describeError(error);
  return {
    scenario: scenario.id,
    shape: shape.number,
    causeRight: false,
    culpritRight: false,
    actionRight: false,
    harm: [],
    problems: [`It could not be played: ${message} ${hint}`],
    cause: null,
    culprit: null,
    confidence: null,
    actions: [],
    symptom: null,
    tookMs: 0,
  };
}
