import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { backedUpTables, notBackedUp } from '../../../src/adapters/state/backup-tables.ts';
import type { State } from '../../../src/ports/state.ts';
import {
  alertOf,
  eventually,
  incidentRow,
  mitigated,
  opened,
  query,
  startServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const BY = { kind: 'person', id: 'root', name: 'root', via: 'terminal' } as const;
const HOSTILE = 'nul \0, half \ud83d, \\u0000, "\\\\u0000", line \u2028 end, \n, 😀';

async function linesOf(state: State): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of state.backups.dump()) lines.push(line);
  return lines;
}

async function* asLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Something in every table. */
async function fullState(url: string): Promise<State> {
  const state = await opened(url);
  await state.alerts.store([alertOf('a', { annotations: { text: HOSTILE } }), alertOf('b')]);
  const [id = ''] = await state.incidents.nextIds(1);
  await state.journal.append(id, 0, [mitigated(HOSTILE), mitigated('2')], {
    work: [],
    incident: incidentRow(id, { title: HOSTILE }),
    settles: [{ alertId: 'ALERT-1', decision: 'opened', reason: HOSTILE, incidentId: id }],
  });
  await state.messages.put({
    incidentId: id,
    key: 'parent',
    channel: 'C1',
    ts: '1.2',
    nonce: 'n',
    contentHash: 'h',
  });
  await state.progress.put(id, { step: 'one', attempt: 1, progress: { text: HOSTILE, series: [] } });
  return state;
}

async function rowsOf(url: string): Promise<string[]> {
  const all = await Promise.all(
    backedUpTables
      .filter((table) => table !== 'journal_head')
      .map((table) =>
        query<{ row: string }>(url, `select to_jsonb(t)::text as row from firebreak.${table} t`),
      ),
  );
  return all.flatMap((rows) => rows.map(({ row }) => row)).sort();
}

test('what was backed up is there again, the journal proves it, and everything goes on', async () => {
  const [from, to] = [await server.createDatabase(), await server.createDatabase()];
  const source = await fullState(from);
  const head = await source.journal.head();
  const lines = await linesOf(source);
  expect(await source.backups.check(asLines(lines))).toMatchObject({
    chainOk: true,
    events: 2,
    anchor: head,
  });

  const target = await opened(to);
  expect(await target.backups.restore(asLines(lines), BY)).toMatchObject({ chainOk: true, events: 3 });
  expect(await target.journal.read('journal')).toMatchObject([
    { position: 3, event: { type: 'journal.restored', ...head, by: BY } },
  ]);
  expect(await target.journal.verify([head])).toMatchObject({ chainOk: true });
  const restored = (await rowsOf(to)).filter((row) => !row.includes('journal.restored'));
  // The messages of open incidents are brought in line anew.
  const expected = (await rowsOf(from)).map((row) =>
    row.replace('"content_hash": "h"', '"content_hash": ""'),
  );
  expect(restored).toEqual(expected);

  expect(await target.incidents.nextIds(1)).toEqual(['INC-102']);
  expect(await target.alerts.store([alertOf('a', { annotations: { text: HOSTILE } }), alertOf('c')])).toEqual(
    { stored: 1, repeated: 1 },
  );
  expect((await target.alerts.list(1))[0]?.alert.fingerprint).toBe('c');
  expect(await target.journal.append('INC-1', 2, [mitigated('on')], { work: [] })).toMatchObject({
    status: 'appended',
  });
});

test('a backup holds one moment, however much is written meanwhile', async () => {
  const state = await fullState(await server.createDatabase());
  const lines: string[] = [];
  let version = 2;
  for await (const line of state.backups.dump()) {
    lines.push(line);
    await state.journal.append('INC-1', version++, [mitigated('meanwhile')], { work: [] });
  }
  expect(version).toBeGreaterThan(10);
  expect(await state.backups.check(asLines(lines))).toMatchObject({ chainOk: true, events: 2 });
});

/** Writes the last line anew, as somebody would who changed the file on purpose. */
function resealed(lines: readonly string[]): string[] {
  const kept = lines.slice(0, -1);
  const rows = kept.filter((line) => line.startsWith('{"row":')).length;
  const sha256 = createHash('sha256')
    .update(kept.map((line) => `${line}\n`).join(''))
    .digest('hex');
  return [...kept, JSON.stringify({ end: true, rows, sha256 })];
}

test.each<[string, (lines: string[]) => string[], RegExp]>([
  ['its end cut off', (lines) => lines.slice(0, -1), /Its end is missing/],
  ['a row less', (lines) => lines.toSpliced(2, 1), /changed after it was written/],
  [
    'another title',
    (lines) => lines.map((line) => line.replace('half', 'fall')),
    /changed after it was written/,
  ],
  [
    'another event, and a last line that fits',
    (lines) => resealed(lines.map((line) => line.replace('incident.mitigated', 'incident.mitigateD'))),
    /journal is not whole/,
  ],
  [
    'an entry less, and a last line that fits',
    (lines) => resealed(lines.toSpliced(3, 1)),
    /journal is not whole/,
  ],
  [
    'an unknown column',
    (lines) => lines.map((line) => line.replace('"position",', '"place",')),
    /unknown columns: place/,
  ],
  ['no beginning', (lines) => lines.slice(1), /has not the expected form/],
])('a backup with %s is refused, and nothing of it is left', async (_, change, message) => {
  const lines = change(await linesOf(await fullState(await server.createDatabase())));
  const url = await server.createDatabase();
  const target = await opened(url);
  await expect(target.backups.restore(asLines(lines), BY)).rejects.toMatchObject({
    code: 'bad-backup',
    message: expect.stringMatching(message),
  });
  expect(await rowsOf(url)).toEqual([]);
  expect(await target.journal.verify()).toMatchObject({ chainOk: true, events: 0 });
});

test('a backup of a newer version is refused, and so is a state that is in use', async () => {
  const source = await fullState(await server.createDatabase());
  const lines = await linesOf(source);
  const newer = lines.map((line) => line.replace('"0001-journal"', '"0001-journal","9999-future"'));
  const target = await opened(await server.createDatabase());
  await expect(target.backups.restore(asLines(newer), BY)).rejects.toMatchObject({ code: 'state-version' });
  await expect(source.backups.restore(asLines(lines), BY)).rejects.toMatchObject({ code: 'state-not-empty' });
  expect(await source.journal.verify()).toMatchObject({ chainOk: true, events: 2 });
});

test('every table is in a backup, or there is a reason why not', async () => {
  const url = await server.createDatabase();
  await opened(url);
  const tables = await query<{ name: string }>(
    url,
    "select table_name as name from information_schema.tables where table_schema = 'firebreak' order by 1",
  );
  expect(tables.map(({ name }) => name)).toEqual([...backedUpTables, ...Object.keys(notBackedUp)].sort());
});

const BINARIES = '/usr/lib/postgresql';
const installed = existsSync(BINARIES)
  ? readdirSync(BINARIES)
      .map((version) => join(BINARIES, version, 'bin'))
      .findLast((bin) =>
        ['pg_dump', 'pg_restore', 'initdb', 'postgres'].every((name) => existsSync(join(bin, name))),
      )
  : undefined;

test.skipIf(installed === undefined)(
  'pg_dump and pg_restore of an external state keep it whole',
  { timeout: 120_000 },
  async () => {
    const bin = installed ?? '';
    const run = promisify(execFile);
    const root = mkdtempSync(join(tmpdir(), 'fb-dump-'));
    chmodSync(root, 0o711);
    const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    for (const name of ['data', 'socket']) {
      mkdirSync(join(root, name), { mode: 0o700 });
      if (account.uid !== undefined) chownSync(join(root, name), account.uid, account.gid);
    }
    const options = { ...account, cwd: '/', env: { LC_ALL: 'C', PATH: bin } };
    await run(
      join(bin, 'initdb'),
      ['-D', join(root, 'data'), '-U', 'firebreak', '-A', 'trust', '-E', 'UTF8'],
      options,
    );
    const postgres = spawn(
      join(bin, 'postgres'),
      ['-D', join(root, 'data'), '-k', join(root, 'socket'), '-c', 'listen_addresses='],
      { ...options, stdio: 'ignore' },
    );
    onTestFinished(async () => {
      postgres.kill('SIGQUIT');
      await once(postgres, 'exit');
      rmSync(root, { recursive: true, force: true });
    });
    const url = (database: string) =>
      `postgresql://firebreak@localhost/${database}?host=${encodeURIComponent(join(root, 'socket'))}`;
    await eventually('the server', async () =>
      query(url('postgres'), 'create database one').then(
        () => true,
        () => false,
      ),
    );
    const source = await fullState(url('one'));
    const head = await source.journal.head();
    const file = join(root, 'data', 'state.dump');
    await run(join(bin, 'pg_dump'), ['--format=custom', `--file=${file}`, url('one')], options);
    await query(url('postgres'), 'create database two');
    await run(join(bin, 'pg_restore'), ['--exit-on-error', `--dbname=${url('two')}`, file], options);
    const target = await opened(url('two'));
    expect(await target.journal.verify([head])).toMatchObject({ chainOk: true, events: 2 });
    expect(await rowsOf(url('two'))).toEqual(await rowsOf(url('one')));
    expect(await target.journal.append('INC-1', 2, [mitigated('on')], { work: [] })).toMatchObject({
      status: 'appended',
    });
    expect(await target.alerts.store([alertOf('c')])).toEqual({ stored: 1, repeated: 0 });
  },
);
