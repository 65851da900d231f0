import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { families } from './families.ts';
import { isHeld, type StateOf } from './fault.ts';
import { type Row, runFamily, summaryOf } from './run-faults.ts';

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
  .option('--sample <n>', 'at most so many of a long list, spread evenly', Number)
  .option('--match <text>', 'faults whose fault or boundary holds this text')
  .addHelpText('after', '\nExample:\n  $ npm run test:faults -- --only crash --sample 10');
const options = program.parse().opts<Options>();

const states: StateOf[] = options.state === undefined ? ['embedded', 'postgres'] : [options.state];
const rows: Row[] = [];
for (const family of families.filter(({ name }) => options.only?.includes(name) ?? true)) {
  const matching = {
    ...family,
    open: async (...given: Parameters<typeof family.open>) =>
      (await family.open(...given)).filter(
        ({ fault, boundary, state }) =>
          states.includes(state) && `${fault} ${boundary}`.includes(options.match ?? ''),
      ),
  };
  rows.push(...(await runFamily(matching, { states, sample: options.sample ?? null }, tell)));
}
printTable();
const summary = summaryOf(rows);
console.log(JSON.stringify(summary));
process.exitCode = summary.faults > 0 && summary.held === summary.faults ? 0 : 1;

function tell({ family, fault, findings, seconds }: Row): void {
  const mark = isHeld(findings) ? '✓' : '✗';
  console.error(
    `${mark} ${family}: ${fault.fault}, ${fault.boundary} (${fault.state}) → ${findings.outcome} [${seconds.toFixed(1)} s]`,
  );
  for (const problem of findings.broken) console.error(`    ${problem}`);
}

function printTable(): void {
  const table = new Table({ head: ['family', 'fault', 'boundary', 'state', 'outcome'], style: { head: [] } });
  for (const { family, fault, findings } of rows) {
    const mark = isHeld(findings) ? '✓' : '✗';
    table.push([family, fault.fault, fault.boundary, fault.state, `${mark} ${findings.outcome}`]);
  }
  console.log(table.toString());
}
