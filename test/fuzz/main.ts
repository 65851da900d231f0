import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import type { ThreadWork } from './in-thread.ts';
import { inputsOf, parsers } from './parsers.ts';
import type { Tally } from './run-parser.ts';

/** Milliseconds without a new input after which one of them hangs; loading a parser takes a few seconds too. */
const HANG_MS = 60_000;
const LARGEST_SEED = 0x7fff_ffff;

interface Options {
  readonly inputs: number;
  readonly seed: number;
  readonly only?: string[];
}
type Message = { readonly begun: string } | { readonly tally: Tally };

const program = new Command('test:fuzz')
  .description(
    'Gives every parser hostile inputs, and prints what became of them. Ends with 1 at the first that fails.',
  )
  .option('--inputs <n>', 'inputs in all', Number, 1_000_000)
  .option('--seed <n>', 'the same seed and number give the same inputs', Number, randomInt(LARGEST_SEED))
  .addOption(new Option('--only <parser...>', 'these parsers').choices(parsers.map(({ name }) => name)))
  .addHelpText('after', '\nExample:\n  $ npm run test:fuzz -- --inputs 20000 --only sql:mask');
const { inputs, seed, only } = program.parse().opts<Options>();

const chosen = parsers.filter(({ name }) => only?.includes(name) ?? true);
const beats = new SharedArrayBuffer(4);
const work = [...inputsOf(chosen, inputs)].map(([name, count]) => ({ name, inputs: count }));
const thread = new Worker(new URL('./in-thread.ts', import.meta.url), {
  workerData: { work, seed, beats } satisfies ThreadWork,
});

const tallies: Tally[] = [];
let current = '';
thread.on('message', (message: Message) => {
  if ('begun' in message) {
    current = message.begun;
    console.error(`${current} …`);
  } else tallies.push(message.tally);
});
const watch = watchForHangs(() => {
  console.error(`✗ ${current}: an input did not end within ${HANG_MS / 1000} s (seed ${seed}).`);
  process.exit(1);
});
thread.once('error', (error) => {
  console.error(error);
  process.exitCode = 1;
});
thread.once('exit', () => {
  clearInterval(watch);
  printTable();
  const failed = tallies.find(({ failure }) => failure !== null);
  if (failed !== undefined) tellFailure(failed);
  if (failed !== undefined || tallies.length < chosen.length) process.exitCode = 1;
});

function watchForHangs(hung: () => void): NodeJS.Timeout {
  const counter = new Int32Array(beats);
  let seen = { count: -1, at: Date.now() };
  return setInterval(() => {
    const count = Atomics.load(counter, 0);
    if (count !== seen.count) seen = { count, at: Date.now() };
    else if (Date.now() - seen.at > HANG_MS) hung();
  }, 1_000);
}

function printTable(): void {
  const table = new Table({
    head: ['parser', 'inputs', 'accepted', 'refused', 'slowest ms', 'seconds', 'seed'],
    style: { head: [], border: [] },
  });
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  for (const one of tallies)
    table.push([
      one.name,
      one.inputs,
      one.accepted,
      one.refused,
      one.slowestMs.toFixed(1),
      one.seconds.toFixed(1),
      one.seed,
    ]);
  const slowest = Math.max(0, ...tallies.map(({ slowestMs }) => slowestMs));
  table.push([
    'all',
    sum((one) => one.inputs),
    sum((one) => one.accepted),
    sum((one) => one.refused),
    slowest.toFixed(1),
    sum((one) => one.seconds).toFixed(1),
    seed,
  ]);
  console.log(table.toString());
}

function tellFailure({ name, inputs: tried, failure }: Tally): void {
  console.error(`✗ ${name} failed after ${tried} inputs.`);
  console.error(
    `Again: npm run test:fuzz -- --inputs ${inputsOf(chosen, inputs).get(name)} --seed ${seed} --only ${name}`,
  );
  console.error(`Smallest input: ${failure?.input}`);
  console.error(failure?.why);
}
