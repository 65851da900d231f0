import { parentPort, workerData } from 'node:worker_threads';
import { parsers } from './parsers.ts';
import { runParser } from './run-parser.ts';

/** What the thread is told, and where it counts the inputs so that the main thread notices one that never ends. */
export interface ThreadWork {
  readonly work: readonly { readonly name: string; readonly inputs: number }[];
  readonly seed: number;
  readonly beats: SharedArrayBuffer;
}

const { work, seed, beats } = workerData as ThreadWork;
const counter = new Int32Array(beats);
for (const { name, inputs } of work) {
  const parser = parsers.find((one) => one.name === name);
  if (parser === undefined) throw new Error(`There is no parser ${name}.`);
  parentPort?.postMessage({ begun: name });
  const tally = await runParser(parser, { inputs, seed, onInput: () => Atomics.add(counter, 0, 1) });
  parentPort?.postMessage({ tally });
  if (tally.failure !== null) break;
}
