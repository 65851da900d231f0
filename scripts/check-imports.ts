import { spawnSync } from 'node:child_process';

/** Runs dependency-cruiser and fails when it looked at nothing: it exits 0 with no module where it cannot read TypeScript. */
const FEWEST_MODULES = 100;

const cruise = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src'],
  {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  },
);
if (cruise.stdout === '') {
  console.error(`dependency-cruiser said nothing: ${cruise.stderr || cruise.error?.message}`);
  process.exit(1);
}
interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}
const { summary } = JSON.parse(cruise.stdout) as {
  summary: { totalCruised: number; violations: Violation[] };
};
for (const { from, to, rule } of summary.violations) console.error(`${rule.name}: ${from} imports ${to}`);
if (summary.totalCruised < FEWEST_MODULES) {
  console.error(`Only ${summary.totalCruised} modules were looked at; expected at least ${FEWEST_MODULES}.`);
  process.exit(1);
}
console.log(`${summary.totalCruised} modules, ${summary.violations.length} wrong imports.`);
process.exit(summary.violations.length === 0 ? 0 : 1);
