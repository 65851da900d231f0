import fc from 'fast-check';
import type { Parser } from './parser.ts';

/** Milliseconds of processor time that one input may take: what takes longer could stop a receiver. */
const MOST_MS = 1_000;

/** What became of the inputs of one parser. */
export interface Tally {
  readonly name: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Of the slowest input, without the time of other programs. */
  readonly slowestMs: number;
  readonly seconds: number;
  readonly seed: number;
  /** The smallest input that fails and why, or null. */
  readonly failure: { readonly input: string; readonly why: string } | null;
}

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Told before each input. */
  readonly onInput?: () => void;
}

/** Gives a parser so many inputs, the same ones for the same seed and number. Stops at the first that fails. */
export async function runParser<Input>(
  parser: Parser<Input>,
  { inputs, seed, onInput }: FuzzOptions,
): Promise<Tally> {
  const { name } = parser;
  const trial = await parser.open();
  const count = { accepted: 0, refused: 0 };
  let slowestMs = 0;
  const tried = fc.asyncProperty(trial.inputs, async (input) => {
    onInput?.();
    const since = stopwatch();
    const accepted = await trial.check(input);
    const took = since();
    if (took > slowestMs) slowestMs = took;
    if (took > MOST_MS) throw new Error(`It took ${took.toFixed(0)} ms of processor time.`);
    count[accepted ? 'accepted' : 'refused'] += 1;
  });
  const start = performance.now();
  try {
    const result = await fc.check(tried, { numRuns: inputs, seed });
    return {
      name,
      inputs: result.numRuns,
      ...count,
      slowestMs,
      seconds: (performance.now() - start) / 1000,
      seed,
      failure: result.failed ? failureOf(result) : null,
    };
  } finally {
    await trial.close?.();
  }
}

function failureOf<Input>({ counterexample, errorInstance }: fc.RunDetails<[Input]>) {
  const why = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : errorInstance;
  return { input: shown(counterexample?.[0]), why: String(why) };
}

/** Milliseconds of the kernel's clock of processor time: less than two ticks cannot be told. */
const TICK_MS = 4;

/** Milliseconds since now, without those in which other programs had the processor. */
function stopwatch(): () => number {
  const start = { wall: performance.now(), cpu: cpuMs() };
  return () => Math.min(performance.now() - start.wall, cpuMs() - start.cpu + TICK_MS);
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** As JSON, with bytes as text. */
function shown(input: unknown): string {
  return JSON.stringify(input, (_key, value: unknown) => {
    const isBytes = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
    return isBytes && 'data' in value ? Buffer.from(value.data as number[]).toString('utf8') : value;
  });
}
