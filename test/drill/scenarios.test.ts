import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { causeKinds } from '../../src/diagnosis/cause-kinds.ts';
import { loadScenarios } from '../../src/drill/load-scenarios.ts';
import { type Shape, shapes } from '../../src/drill/shape.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'src', 'drill', 'scenarios');
const scenarios = await loadScenarios();
const kinds = await loadStepKinds();
const runbooks = [...(await loadRunbooks(SHIPPED_RUNBOOKS, kinds)).values()];
const [first] = shapes;
const namesOf = ({ names }: Shape): string[] => Object.values(names);

describe('shapes', () => {
  it('share no name, so that an answer which reads names is wrong in one of them', () => {
    const all = shapes.flatMap((shape) => [...new Set(namesOf(shape))]);
    expect(shapes).toHaveLength(3);
    expect(new Set(all).size).toBe(all.length);
  });

  it('differ in every size', () => {
    const keys = Object.keys(first?.size ?? {}) as (keyof Shape['size'])[];
    const same = keys.filter((key) => new Set(shapes.map(({ size }) => size[key])).size === 1);
    expect(keys.length).toBeGreaterThan(3);
    expect(same).toEqual([]);
  });
});

it('there is a scenario for each cause but the one that says that no rule knows', () => {
  const produced = [...scenarios.values()].flatMap((scenario) =>
    shapes.map((shape) => scenario.expected(shape).cause),
  );
  expect(causeKinds.filter((kind) => !produced.includes(kind))).toEqual(['unknown']);
});

describe.each([...scenarios.values()])('$id', (scenario) => {
  const text = readFileSync(join(FOLDER, `${scenario.id}.ts`), 'utf8');

  it.each(shapes)('expects an answer that Firebreak can give, in shape $number', (shape) => {
    const { cause, actions } = scenario.expected(shape);
    expect(causeKinds).toContain(cause);
    for (const action of actions) expect(kinds.get(action)?.actionClass, action).not.toBe('observe');
    expect(actions.filter((action) => !kinds.has(action))).toEqual([]);
  });

  it('fires an alert that starts a shipped runbook, which has the steps of the answer', () => {
    const runbook = runbooks.find(({ alerts }) => alerts.includes(scenario.alert));
    expect(runbook?.id, scenario.alert).toBeDefined();
    const offered = runbook?.steps.map(({ kind }) => kind) ?? [];
    const { actions } = scenario.expected(first ?? expect.fail('there is no shape'));
    expect(actions.filter((action) => !offered.includes(action))).toEqual([]);
  });

  it('takes its names from the shape', () => {
    const literals = [...text.matchAll(/'([^'\n]*)'|`([^`]*)`/g)].map(([, a, b]) => a ?? b ?? '');
    const written = shapes
      .flatMap(namesOf)
      .filter((name) => literals.some((literal) => literal.replace(/\$\{[^}]*\}/g, '') === name));
    expect(written).toEqual([]);
  });
});
