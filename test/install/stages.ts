import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../src/drill/until.ts';

/** Lines of a log that are shown beside a failure. */
const TAIL = 25;

/** Where to look when a stage fails: in words, and a log whose end is printed. */
export interface LookAt {
  readonly hint: string;
  readonly log?: string;
}

/** Runs one stage and tells it in a line, with its seconds and what it noted. */
export type RunStage = <T>(
  name: string,
  lookAt: LookAt,
  run: (note: (text: string) => void) => Promise<T>,
) => Promise<T>;

/** Thrown for a stage whose failure has been told. */
export const failureTold = Symbol('the failure has been told');

/** Tells stages into `say`. A stage that fails is told with its error and where to look, and throws `failureTold`. */
export function tellStages(say: (line: string) => void): RunStage {
  return async (name, { hint, log }, run) => {
    const began = performance.now();
    const notes: string[] = [];
    const line = (mark: string) =>
      `${mark} ${name.padEnd(44)} ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${notes.join(' ')}`;
    try {
      const result = await run((text) => void notes.push(text));
      say(line('✓').trimEnd());
      return result;
    } catch (error) {
      say(line('✗').trimEnd());
      say(indented(error instanceof Error ? error.message : String(error)));
      say(`  → ${hint}`);
      if (log !== undefined && existsSync(log)) say(`  The end of ${log}:\n${indented(tailOf(log))}`);
      throw failureTold;
    }
  };
}

/** Waits until it holds. @throws Error that says what did not come about. */
export async function comesAbout(
  what: string,
  holds: () => Promise<boolean>,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (!(await until(holds, withinMs, signal)))
    throw new Error(`It did not come about within ${withinMs / 1000} s: ${what}`);
}

function tailOf(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-TAIL).join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
