import { readFileSync } from 'node:fs';
import { commandsOf, sectionOf } from './page.ts';

/** The commands of a page, or of one section of it. */
interface Place {
  readonly page: string;
  readonly section?: string;
}

/**
 * Tests that type commands of pages. They take them from here and the pages, so that a new line is typed too. The first
 * one starts with nothing and goes through its pages in this order; the others look at what is there afterwards. Kubernetes
 * needs a kubectl that brings kustomize 5, and systemd a root who may mount; without them those two are skipped.
 */
const TYPED = {
  'test/docs/commands.e2e.test.ts': [
    { page: 'docs/getting-started.md' },
    { page: 'docs/troubleshooting.md' },
    { page: 'docs/journal.md' },
    { page: 'docs/backup.md' },
    { page: 'docs/alerts.md' },
    { page: 'docs/terminal.md' },
    { page: 'docs/operating.md', section: 'Logs' },
    { page: 'docs/drills.md' },
  ],
  'test/docs/kubernetes.test.ts': [{ page: 'docs/operating.md', section: 'On Kubernetes' }],
  'test/docs/systemd.test.ts': [{ page: 'docs/operating.md', section: 'With systemd' }],
  'test/docs/writing-a-runbook.test.ts': [{ page: 'docs/writing-a-runbook.md' }],
  'test/gate/docs.e2e.test.ts': [{ page: 'docs/cost-gate.md' }, { page: 'docs/circuit-breaker.md' }],
} satisfies Record<string, Place[]>;

type Typist = keyof typeof TYPED;
export const TYPISTS = Object.keys(TYPED) as Typist[];

/** Commands that a test, or CI itself, runs in this form without reading the page; `as` stands in that file. */
export const RUN_ELSEWHERE: readonly { command: RegExp; by: string; as: string }[] = [
  { command: /^npm ci && npm (?:run drill|pack|test)$/, by: '.ci/run', as: 'npm ci --no-audit' },
  { command: /^npm run check(?::\w+)?$/, by: '.ci/run', as: 'npm run check\n' },
  { command: /^npm run docs$/, by: 'test/docs/site.test.ts', as: "buildSite('.', site)" },
  { command: /^npm run test:(?:e2e|contract)$/, by: '.ci/run', as: 'npm test\n' },
  {
    command: /^npm run test:faults -- /,
    by: '.ci/run',
    as: 'npm run test:faults -- --only crash --sample 1',
  },
  { command: /^apt-get install /, by: '.ci/run', as: 'apt-get install' },
  {
    command: /^npm install --global \.\/firebreak/,
    by: 'test/e2e/package.test.ts',
    as: "run(home, 'npm', 'install'",
  },
  { command: /^firebreak drill --auto$/, by: 'test/e2e/whole-drill.ts', as: "['drill', '--auto', '--json'" },
  {
    command: /^firebreak drill lock-queue --auto(?: --shape 3)?$/,
    by: 'test/e2e/scenario.test.ts',
    as: "['drill', scenario, '--auto'",
  },
  {
    command: /^firebreak drill prevention --auto$/,
    by: 'test/e2e/prevention.test.ts',
    as: "'drill', 'prevention', '--auto'",
  },
  { command: /^firebreak init$/, by: 'test/cli/init-terminal.test.ts', as: "startInTerminal(['init'" },
  {
    command: /^firebreak triage(?: orders-primary --config firebreak\.yml)?$/,
    by: 'test/e2e/terminal.test.ts',
    as: "startInTerminal(['triage', '--config'",
  },
  {
    command: /^OTEL_EXPORTER_OTLP_ENDPOINT=\S+ firebreak serve --config firebreak\.yml$/,
    by: 'test/e2e/telemetry.test.ts',
    as: 'env: { OTEL_EXPORTER_OTLP_ENDPOINT',
  },
  {
    command: /^firebreak gate -- psql -f report\.sql$/,
    by: 'test/gate/docs.e2e.test.ts',
    as: 'the CronJob of the page',
  },
  {
    command: /^firebreak prevent orders-primary --output patch$/,
    by: 'test/cli/prevent.pg.test.ts',
    as: "prevent('orders-primary', '--output', 'patch'",
  },
];

/** Commands that nothing runs where the tests run: why, and the file that is looked at instead. */
export const NOT_RUN: readonly { command: RegExp; why: string; instead: string }[] = [
  {
    command: /^docker /,
    why: 'there is no Docker; what its files say is checked',
    instead: 'test/deploy/image.test.ts',
  },
  { command: /^git clone /, why: 'the address is the reader’s; CI begins with a clone', instead: '.ci/run' },
  {
    command: /^firebreak drill --all --auto/,
    why: 'half an hour; two scenarios are played',
    instead: 'test/e2e/scenario.test.ts',
  },
  {
    command: /^npm run test:fuzz/,
    why: 'six minutes; a sample is tried',
    instead: 'test/fuzz/parsers.test.ts',
  },
  {
    command: /^npm run test:mutants$/,
    why: 'half an hour, and it looks at tests',
    instead: 'test/mutants/main.ts',
  },
  {
    command: /^npm run test:install$/,
    why: 'five minutes; the packed file is installed',
    instead: 'test/e2e/package.test.ts',
  },
  {
    command: /^npx node bench\//,
    why: 'they measure for minutes on a machine at rest',
    instead: 'docs/benchmarks.md',
  },
  {
    command: /^npx node scripts\/(?:screenshots|surfaces)\.ts$/,
    why: 'they write over the pictures of the pages',
    instead: 'docs/walkthrough.md',
  },
  {
    command: /^(?:KUBECONFIG|SLACK)_REAL/,
    why: 'they need a real cluster or channel',
    instead: 'test/contract',
  },
  {
    command: /^POSTGRES_MAJORS=all /,
    why: 'five times as long; the oldest and newest are taken',
    instead: '.ci/run',
  },
];

/** The commands that are this test's, in the order of its pages. */
export function commandsFor(test: Typist): string[] {
  return TYPED[test].flatMap((place) => commandsAt(place).filter((line) => !isElsewhere(line)));
}

function commandsAt({ page, section }: Place): string[] {
  const text = readFileSync(page, 'utf8');
  return commandsOf(section === undefined ? text : sectionOf(text, section));
}

/** Whether something else than a test that reads the page is named for it. */
export const isElsewhere = (line: string) =>
  [...RUN_ELSEWHERE, ...NOT_RUN].some(({ command }) => command.test(plain(line)));

/** A line without its comment, and as one types it where Firebreak is installed. */
export const plain = (line: string) =>
  line
    .replace(/\s+# .*$/, '')
    .replace(/^npm run firebreak -- /, 'firebreak ')
    .replace(/^npm run (drill|serve)(?: --)?/, 'firebreak $1');
