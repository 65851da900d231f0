import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { blocksOf, readPage } from './page.ts';
import { readerIn } from './reader.ts';
import { commandsFor } from './where-typed.ts';

const page = readPage('writing-a-runbook.md');

test('the runbook of the page is accepted by the commands of the page', { timeout: 60_000 }, async () => {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [runbook = ''] = blocksOf(page, 'yaml');
  mkdirSync(join(directory, 'runbooks'));
  writeFileSync(join(directory, 'runbooks', 'stock-reports.yml'), runbook);
  const config = {
    slack: { channel: 'C0INCIDENTS' },
    alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'A' } }] },
    databases: [{ name: 'stock', url: { env: 'A' } }],
    runbooks: { directory: './runbooks' },
    authority: { observe: ['U0ANNA'], session: ['U0ANNA', 'U0BEN'], workload: ['U0ANNA'] },
  };
  writeFileSync(join(directory, 'firebreak.yml'), stringify(config));
  const secrets = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_APP_TOKEN: 'xapp-1',
    A: 'postgresql://bot@127.0.0.1/stock',
  };
  const reader = readerIn(directory, secrets);
  const commands = commandsFor('test/docs/writing-a-runbook.test.ts');
  expect(commands).toHaveLength(2);
  for (const line of commands) {
    const { exitCode, stdout, stderr } = await reader.type(line);
    expect(exitCode, `${line}\n${stdout}\n${stderr}`).toBe(0);
  }

  // The reader mistypes a parameter, and is told where.
  const wrong = runbook.replace('proofSeconds', 'proofSecond');
  writeFileSync(join(directory, 'runbooks', 'stock-reports.yml'), wrong);
  const { exitCode, stderr } = await reader.type(commands[0] ?? '');
  expect(exitCode).toBe(1);
  const line = wrong.split('\n').findIndex((text) => text.includes('proofSecond')) + 1;
  expect(stderr).toMatch(new RegExp(`stock-reports\\.yml:${line}:\\d+: .*proofSecond`));
});
