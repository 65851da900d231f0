import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeBytesAt, inspectState, newestBackup } from '../../src/adapters/state/inspect-state.ts';
import type { StateAccess } from '../../src/domain/access.ts';
import { query, temporaryDirectory } from '../adapters/embedded-postgres/support.ts';
import { type AppServer, startAppServer } from '../adapters/postgres/support.ts';
import { checksThatAre, examine, resultOf } from './support.ts';

let app: AppServer;
beforeAll(async () => {
  app = await startAppServer();
  for (const statement of [
    'create role keeper login',
    'create role guest login',
    'create database own owner keeper',
    'create database foreign_one',
  ])
    await query(app.server().url(), statement);
});
afterAll(async () => app[Symbol.asyncDispose]());

async function look(url: string, more: Partial<StateAccess> = {}) {
  return await examine({
    kind: 'state',
    name: 'state',
    read: async () => ({
      kind: 'external',
      server: await inspectState(url),
      freeBytes: null,
      backup: { status: 'not-configured' },
      ...more,
    }),
  });
}

test('an empty database of its own is well, and stays empty', async () => {
  const url = app.url('keeper', 'own');

  const report = await look(url);

  expect(report.ok).toBe(true);
  expect(resultOf(report, 'state/migrations').found).toBe('empty; they are made at the first start');
  expect(await query(url, "select to_regnamespace('firebreak') as made")).toEqual([{ made: null }]);
});

test('a role that may not make its schema is told the statement, which mends it', async () => {
  const url = app.url('guest', 'foreign_one');
  const { status, remedy } = resultOf(await look(url), 'state/migrations');
  expect(status).toBe('missing');
  await query(app.server().url(), remedy?.commands[0]?.text ?? '');
  expect(resultOf(await look(url), 'state/migrations').status).toBe('ok');
});

test('tables of a newer version are named', async () => {
  await query(
    app.server().url({ database: 'own' }),
    `create schema firebreak authorization keeper; create table firebreak.migration (name text);
     alter table firebreak.migration owner to keeper; insert into firebreak.migration values ('0999-breaking-later')`,
  );
  expect(resultOf(await look(app.url('keeper', 'own')), 'state/migrations')).toMatchObject({
    status: 'missing',
    found: 'A newer Firebreak wrote this state (0999-breaking-later).',
  });
});

test('a server that refuses the login is one line', async () => {
  const { results } = await look(app.url('keeper', 'nowhere'));
  expect(results).toEqual([
    expect.objectContaining({
      check: 'state/connection',
      remedy: { text: 'Create the database that state.url names.', commands: [] },
    }),
  ]);
});

test('tells the age of the newest backup, and the space where the state will be', async () => {
  using directory = temporaryDirectory();
  const backups = join(directory.path, 'backups');
  mkdirSync(backups);
  const now = new Date('2026-11-30T12:00:00Z');
  const make = (name: string, hours: number) => {
    writeFileSync(join(backups, name), '');
    const at = new Date(now.getTime() - hours * 3_600_000);
    utimesSync(join(backups, name), at, at);
  };
  expect(await newestBackup(null, now)).toEqual({ status: 'not-configured' });
  expect(await newestBackup(backups, now)).toEqual({ status: 'none', directory: backups });
  make('old.jsonl', 100);
  make('newer.jsonl', 72);
  make('newest.jsonl.partial', 1);
  expect(await newestBackup(backups, now)).toEqual({ status: 'found', file: 'newer.jsonl', ageHours: 72 });
  expect(await freeBytesAt(join(directory.path, 'not', 'there', 'yet'))).toBeGreaterThan(0);

  const backup = await newestBackup(backups, now);
  const few = await look(app.url('keeper', 'own'), { backup, kind: 'embedded', freeBytes: 500 * 1024 ** 2 });
  expect(checksThatAre(few, 'advice')).toEqual(['state/backup', 'state/disk']);
});
