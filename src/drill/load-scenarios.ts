import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from './scenario.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');
const SCENARIO_FILE = /^[a-z0-9-]+\.(?:js|ts)$/;

/** Loads every scenario by its id; adding one is adding a file `<id>.ts` that exports `scenario`. */
export async function loadScenarios(): Promise<ReadonlyMap<string, Scenario>> {
  const files = (await readdir(FOLDER)).filter((file) => SCENARIO_FILE.test(file));
  const scenarios = new Map<string, Scenario>();
  for (const file of files.sort()) {
    const url = new URL(`scenarios/${file}`, import.meta.url).href;
    const { scenario } = (await import(url)) as { scenario: Scenario };
    const expected = file.replace(/\.(?:js|ts)$/, '');
    if (scenario.id !== expected)
      throw new Error(
        `src/drill/scenarios/${file} declares the scenario ${scenario.id}; name it ${expected}.`,
      );
    scenarios.set(scenario.id, scenario);
  }
  return scenarios;
}
