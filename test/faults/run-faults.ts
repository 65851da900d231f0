import { setTimeout as delay } from 'node:timers/promises';
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

/** Runs the faults of a family, as many at once as it has lanes, and tells each as it ends. Stops when the signal aborts. */
export async function runFamily(
  family: Family,
  choice: Choice,
  tell: (row: Row) => void,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const waiting = [...(await family.open(stack, choice))];
  const rows: Row[] = [];
  const lane = async (number: number) => {
    for (let fault = waiting.shift(); fault !== undefined && !signal.aborted; fault = waiting.shift()) {
      const began = performance.now();
      const findings = await runFault(fault, number);
      if (signal.aborted) return;
      const row = { family: family.name, fault, findings, seconds: (performance.now() - began) / 1000 };
      rows.push(row);
      tell(row);
    }
  };
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await Promise.race([
    Promise.all(Array.from({ length: family.lanes }, (_, number) => lane(number))),
    stopped,
  ]);
  return rows;
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
