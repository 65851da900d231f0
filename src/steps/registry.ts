import { readdir } from 'node:fs/promises';
import type { StepKind } from './step-kind.ts';

const STEP_FILE = /^[a-z-]+\/[a-z0-9-]+\.(?:js|ts)$/;

export type StepKinds = ReadonlyMap<string, StepKind>;

/** Loads every step kind; adding one is adding a file `<system>/<verb-object>.ts` that exports `step`. */
export async function loadStepKinds(): Promise<StepKinds> {
  const entries = await readdir(import.meta.dirname, { recursive: true });
  const files = entries
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => STEP_FILE.test(file) && !file.endsWith('.d.ts'));
  const kinds = new Map<string, StepKind>();
  for (const file of files.sort()) {
    const { step } = (await import(new URL(file, import.meta.url).href)) as { step: StepKind };
    const expected = file.replace('/', '.').replace(/\.(?:js|ts)$/, '');
    if (step.kind !== expected)
      throw new Error(`src/steps/${file} declares the step kind ${step.kind}; name it ${expected}.`);
    kinds.set(step.kind, step);
  }
  return kinds;
}
