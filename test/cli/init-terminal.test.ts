import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/rig/temporary-directory.ts';
import { CONTROL_C, DOWN, ENTER, startInTerminal } from '../support/terminal.ts';

function folder(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('asks what it cannot detect, takes what it can, and writes', { timeout: 120_000 }, async () => {
  const directory = folder();
  const terminal = startInTerminal(['init', '--directory', directory], {
    env: { KUBECONFIG: '/nowhere', SHOP_URL: 'postgres://firebreak@db/shop', HOME: directory },
  });
  await terminal.see('Id of the incident channel');
  terminal.press('incidents', ENTER);
  await terminal.see('not a name');
  terminal.press(...Array.from({ length: 9 }, () => '\u007f'), 'C0123ABCD', ENTER);
  await terminal.see('How do clicks come in?');
  terminal.press(ENTER);
  await terminal.see('Which of these are databases');
  expect(terminal.text()).toContain('shop (SHOP_URL)');
  terminal.press(ENTER);
  await terminal.see('How do people and alerts call');
  terminal.press(ENTER);
  await terminal.see('Cost gate of shop');
  terminal.press('postgres://gate@db/shop', ENTER);
  await terminal.see('never the URL itself');
  terminal.press(...Array.from({ length: 23 }, () => '\u007f'), 'SHOP_GATE', ENTER);
  await terminal.see('How does Firebreak reach the cluster');
  terminal.press(ENTER);
  await terminal.see('Namespaces of your batch jobs');
  terminal.press(ENTER);
  await terminal.see('Who may decide?');
  terminal.press('U0ALICE, U0BOB', ENTER);
  await terminal.see('Time zone');
  terminal.press(ENTER);
  await terminal.see('✓ firebreak.yml');
  expect(await terminal.exited).toBe(0);

  expect(parse(readFileSync(join(directory, 'firebreak.yml'), 'utf8'))).toMatchObject({
    slack: { channel: 'C0123ABCD', mode: 'socket' },
    databases: [{ name: 'shop', url: { env: 'SHOP_URL' }, gate: { url: { env: 'SHOP_GATE' } } }],
    gate: { bearer: { env: 'GATE_TOKEN' } },
    kubernetes: { inCluster: true, namespaces: ['analytics'] },
    authority: { session: ['U0ALICE', 'U0BOB'] },
  });
  expect(readFileSync(join(directory, 'grants.sql'), 'utf8')).toContain('ON DATABASE "shop" TO "firebreak"');
  expect(readFileSync(join(directory, 'grants.sql'), 'utf8')).toMatch(/^GRANT pg_read_all_data TO "gate";$/m);

  const again = startInTerminal(
    [
      'init',
      '--directory',
      directory,
      '--database',
      'shop=OTHER_URL',
      '--in-cluster',
      '--slack-channel',
      'C9',
    ],
    { env: { KUBECONFIG: '/nowhere', HOME: directory } },
  );
  await again.see('Id of the incident channel');
  again.press('AB', ENTER);
  await again.see('How do clicks come in?');
  again.press(DOWN, ENTER);
  await again.see('Public address');
  again.press(CONTROL_C);
  await again.see('Nothing was written.');
  expect(await again.exited).toBe(1);
  expect(readFileSync(join(directory, 'firebreak.yml'), 'utf8')).toContain('SHOP_URL');
});
