import { setTimeout as delay } from 'node:timers/promises';
import { abortable } from '../../src/domain/abortable.ts';
import { type Choice, type Family, type Fault, type Findings, isHeld } from './fault.ts';

/** One row of the matrix. */
export interface Row {
  readonly family: string;
  readonly fault: Fault;
  readonly findings: Findings;
  readonly seconds: number;
}

/** No fault takes longer; whatever hangs is a finding. */
const LONGEST_MS = 240_000;

/** What waits in a fault that is broken off finds soon that its scene is gone. */
const LONGEST_GOODBYE_MS = 10_000;

/**
 * Runs the faults of a family, as many at once as it has lanes, and tells each as it ends. When the signal aborts it is
 * broken off: what was started is ended, and what fails over that is no finding.
 */
export async function runFamily(
  family: Family,
  choice: Choice,
  tell: (row: Row) => void,
  signal: AbortSignal,
): Promise<void> {
  const begun: Promise<unknown>[] = [];
  const unlessBrokenOff = async <T>(work: Promise<T>): Promise<T> => {
    begun.push(work);
    return await abortable(work, signal);
  };
  try {
    await using stack = new AsyncDisposableStack();
    const faults = await unlessBrokenOff(family.open(stack, choice));
    await unlessBrokenOff(runAll(family, faults, tell, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
    await Promise.race([Promise.allSettled(begun), delay(LONGEST_GOODBYE_MS)]);
  }
}

async function runAll(
  { name: family, lanes }: Family,
  faults: readonly Fault[],
  tell: (row: Row) => void,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...faults];
  const lane = async (number: number) => {
    for (let fault = waiting.shift(); fault !== undefined && !signal.aborted; fault = waiting.shift()) {
      const began = performance.now();
      const findings = await runFault(fault, number);
      if (signal.aborted) return;
      tell({ family, fault, findings, seconds: (performance.now() - began) / 1000 });
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
}

async function runFault(fault: Fault, lane: number): Promise<Findings> {
  const over = new AbortController();
  const hung = delay(LONGEST_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`It did not come to rest within ${LONGEST_MS / 1000} s.`);
  });
  try {
    return await Promise.race([fault.run(lane), hung]);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'threw', lostAlerts: 0, doubleEffects: 0, orphans: 0, broken: [message] };
  } finally {
    over.abort();
    hung.catch(() => undefined);
  }
}

/** The last line of a run: what anybody, or a pipeline, reads first. What was not tried counts nowhere. */
export function summaryOf(all: readonly Row[]) {
  const rows = all.filter(({ findings }) => findings.untried !== true);
  const sum = (count: (findings: Findings) => number) =>
    rows.reduce((total, { findings }) => total + count(findings), 0);
  return {
    faults: rows.length,
    held: rows.filter(({ findings }) => isHeld(findings)).length,
    lostAlerts: sum(({ lostAlerts }) => lostAlerts),
    doubleEffects: sum(({ doubleEffects }) => doubleEffects),
    orphans: sum(({ orphans }) => orphans),
  };
}
