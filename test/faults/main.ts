import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { families } from './families.ts';
import { type Fault, type Findings, isHeld, type StateOf, spread } from './fault.ts';
import { type Row, runFamily, summaryOf } from './run-faults.ts';

/** Share of the faults that may come to nothing before the run says nothing any more. */
const MOST_UNTRIED = 0.1;

/** The exit code of a run that was broken off. */
const STOPPED = 130;

interface Options {
  readonly only?: string[];
  readonly state?: StateOf;
  readonly sample?: number;
  readonly match?: string;
}

const program = new Command('test:faults')
  .description(
    'Runs the fault matrix on real parts and prints fault × boundary → outcome; last, one line of JSON.',
  )
  .addOption(new Option('--only <family...>', 'these families').choices(families.map(({ name }) => name)))
  .addOption(new Option('--state <kind>', 'with this state').choices(['embedded', 'postgres']))
  .option('--sample <n>', 'at most so many of each family, spread evenly', Number)
  .option('--match <text>', 'faults whose fault or boundary holds this text')
  .addHelpText('after', '\nExample:\n  $ npm run test:faults -- --only crash --sample 10');
const options = program.parse().opts<Options>();

const states: StateOf[] = options.state === undefined ? ['embedded', 'postgres'] : [options.state];
const sample = options.sample ?? null;
const isWanted = ({ fault, boundary, state }: Fault) =>
  states.includes(state) && `${fault} ${boundary}`.includes(options.match ?? '');
/** What was started ends with the run, also when it is broken off; npm passes on a signal that came to both. */
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopped.signal.aborted) return;
    console.error('Stopping; the servers of this run are ended.');
    // What still waits in a fault fails over that, unheard.
    process.on('unhandledRejection', () => undefined);
    stopped.abort();
  });
}
const rows: Row[] = [];
for (const family of families.filter(({ name }) => options.only?.includes(name) ?? true)) {
  const matching = {
    ...family,
    open: async (...given: Parameters<typeof family.open>) =>
      spread((await family.open(...given)).filter(isWanted), sample),
  };
  if (stopped.signal.aborted) break;
  // Which of the faults are spread evenly is known when those that are not wanted have gone.
  const choice = { states, sample: options.match === undefined ? sample : null };
  await runFamily(matching, choice, tell, stopped.signal);
}
printTable();
if (stopped.signal.aborted) {
  console.log(
    `Broken off. Faults until then: ${rows.length}. It was not the whole run, so it has no summary.`,
  );
  // What still waits in a fault that was given up would keep the process.
  process.exit(STOPPED);
}
const summary = summaryOf(rows);
const untried = rows.length - summary.faults;
if (untried > 0) {
  console.log(
    `${untried} of ${rows.length} faults were not tried: what should go wrong did not. They count nowhere.`,
  );
}
console.log(JSON.stringify(summary));
const tried = summary.faults > 0 && untried <= rows.length * MOST_UNTRIED;
process.exitCode = tried && summary.held === summary.faults ? 0 : 1;

function markOf(findings: Findings): string {
  if (findings.untried === true) return '·';
  return isHeld(findings) ? '✓' : '✗';
}

function tell(row: Row): void {
  rows.push(row);
  const { family, fault, findings, seconds } = row;
  const mark = markOf(findings);
  console.error(
    `${mark} ${family}: ${fault.fault}, ${fault.boundary} (${fault.state}) → ${findings.outcome} [${seconds.toFixed(1)} s]`,
  );
  for (const problem of findings.broken) console.error(`    ${problem}`);
}

function printTable(): void {
  const head = ['family', 'fault', 'boundary', 'state', 'outcome', 'seconds'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { family, fault, findings, seconds } of rows) {
    const outcome = `${markOf(findings)} ${findings.outcome}`;
    table.push([family, fault.fault, fault.boundary, fault.state, outcome, seconds.toFixed(1)]);
  }
  console.log(table.toString());
}
