import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unprivilegedAccount } from '../../../src/adapters/embedded-postgres/account.ts';
import { adoptRunningServer } from '../../../src/adapters/embedded-postgres/adoption.ts';
import { isPostgresAlive } from '../../../src/adapters/embedded-postgres/lock-file.ts';
import { foreignPostmaster } from '../../../src/adapters/embedded-postgres/postmaster.ts';
import { startPostgres } from '../../../src/adapters/embedded-postgres/start-postgres.ts';
import { query, temporaryDirectory } from './support.ts';

test('a fresh database answers on a private socket, with fsync on, and keeps its rows over a restart', async () => {
  using directory = temporaryDirectory();
  const options = {
    dataDirectory: join(directory.path, 'a/data'),
    listen: { socketDirectory: join(directory.path, 's') },
  };
  {
    await using server = await startPostgres({ ...options, settings: { work_mem: '7MB', fsync: false } });
    expect(server.adopted).toBe(false);
    expect(statSync(server.host).mode & 0o777).toBe(0o700);
    const [row] = await query(
      server.url(),
      `select current_setting('fsync') f, current_setting('work_mem') w, current_setting('listen_addresses') l`,
    );
    expect(row).toEqual({ f: 'on', w: '7MB', l: '' });
    await query(server.url(), 'create table kept as select 42 as answer');
  }
  expect(existsSync(join(options.dataDirectory, 'postmaster.pid'))).toBe(false);
  await using again = await startPostgres(options);
  expect(await query(again.url(), 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('the server survives a kill -9 of its starter and is taken over by the next start', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  const socketDirectory = join(directory.path, 's');
  const child = fork(join(import.meta.dirname, 'start-in-child.ts'), [dataDirectory, socketDirectory]);
  const [message] = (await once(child, 'message')) as [{ url: string }];
  await query(message.url, 'create table kept as select generate_series(1, 500) as n');
  const pid = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0];
  child.kill('SIGKILL');
  await once(child, 'exit');

  const server = await startPostgres({ dataDirectory, listen: { socketDirectory } });
  expect(server.adopted).toBe(true);
  expect(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]).toBe(pid);
  expect(await query(server.url(), 'select count(*)::int n from kept')).toEqual([{ n: 500 }]);
  await server.stop();
  expect(isPostgresAlive(Number(pid), dataDirectory)).toBe(false);
});

test('after a kill -9 of the postmaster with sessions open, a new start succeeds and finds the rows', async () => {
  using directory = temporaryDirectory();
  const options = {
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory: join(directory.path, 's') },
  };
  await using first = await startPostgres(options);
  await query(first.url(), 'create table kept as select 1 as n');
  const busy = query(first.url(), 'select pg_sleep(60)').catch(() => 'broken');
  process.kill(
    Number(readFileSync(join(options.dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]),
    'SIGKILL',
  );
  await using second = await startPostgres(options);
  expect(second.adopted).toBe(false);
  expect(await query(second.url(), 'select n from kept')).toEqual([{ n: 1 }]);
  expect(await busy).toBe('broken');
});

test('lock files whose process id belongs to something else do not stop the start', async () => {
  using directory = temporaryDirectory();
  const options = {
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory: join(directory.path, 's') },
  };
  const first = await startPostgres(options);
  const paths = [join(options.dataDirectory, 'postmaster.pid'), join(first.host, '.s.PGSQL.5432.lock')];
  const locks = paths.map((path) => readFileSync(path, 'utf8'));
  await first.stop();
  const account = unprivilegedAccount();
  const other = spawn('sleep', ['60'], account ? { uid: account.uid, gid: account.gid } : {});
  paths.forEach((path, index) => {
    writeFileSync(path, [String(other.pid), ...(locks[index] ?? '').split('\n').slice(1)].join('\n'));
  });
  await using second = await startPostgres(options);
  expect(second.adopted).toBe(false);
  other.kill();
});

test('a lock file whose process id belongs to another server stops neither the start nor that server', async () => {
  using directory = temporaryDirectory();
  const inDirectory = (name: string) => ({
    dataDirectory: join(directory.path, name),
    listen: { socketDirectory: join(directory.path, `s-${name}`) },
  });
  const lockOf = (name: string) => join(inDirectory(name).dataDirectory, 'postmaster.pid');
  const first = await startPostgres(inDirectory('ours'));
  const lock = readFileSync(lockOf('ours'), 'utf8').split('\n').slice(1);
  await first.stop();
  await using foreign = await startPostgres(inDirectory('foreign'));
  const [pid = ''] = readFileSync(lockOf('foreign'), 'utf8').split('\n');
  writeFileSync(lockOf('ours'), [pid, ...lock].join('\n'));
  {
    await using second = await startPostgres(inDirectory('ours'));
    expect(second.adopted).toBe(false);
  }
  expect(foreignPostmaster(Number(pid), inDirectory('ours').dataDirectory).hasExited()).toBe(true);
  expect(await query(foreign.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('whoever only looks for a running server leaves the lock files of one that is gone alone', async () => {
  using directory = temporaryDirectory();
  const options = {
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory: join(directory.path, 's') },
  };
  const first = await startPostgres(options);
  const path = join(options.dataDirectory, 'postmaster.pid');
  const [pid = '', ...lines] = readFileSync(path, 'utf8').split('\n');
  await first.stop();
  const left = [pid, ...lines].join('\n');
  writeFileSync(path, left);
  expect(await adoptRunningServer({ ...options, superuser: 'firebreak' })).toBeUndefined();
  expect(readFileSync(path, 'utf8')).toBe(left);
});

test('stopping twice, also at the same time, is one stop', async () => {
  using directory = temporaryDirectory();
  const server = await startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1' },
  });
  await Promise.all([server.stop(), server.stop('immediate')]);
  await server.stop();
  await expect(query(server.url(), 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('over TCP the superuser needs its password, which the URL carries', async () => {
  using directory = temporaryDirectory();
  await using server = await startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
  });
  expect(await query(server.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
  await expect(query(server.url({ password: 'guess' }), 'select 1')).rejects.toThrow(
    'password authentication failed',
  );
});

test('a data directory of another major version is refused and left as it is', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  mkdirSync(dataDirectory);
  writeFileSync(join(dataDirectory, 'PG_VERSION'), '15\n');
  const start = startPostgres({ dataDirectory, listen: { socketDirectory: join(directory.path, 's') } });
  await expect(start).rejects.toMatchObject({
    code: 'state-version',
    hint: expect.stringContaining('firebreak state backup'),
    message: expect.stringContaining('belongs to PostgreSQL 15'),
  });
  expect(readFileSync(join(dataDirectory, 'PG_VERSION'), 'utf8')).toBe('15\n');
});

test('a directory with other files is refused', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  mkdirSync(dataDirectory);
  writeFileSync(join(dataDirectory, 'thesis.txt'), 'precious');
  const start = startPostgres({ dataDirectory, listen: { socketDirectory: join(directory.path, 's') } });
  await expect(start).rejects.toMatchObject({
    code: 'directory-unusable',
    hint: 'Choose an empty directory.',
    message: expect.stringContaining('thesis.txt'),
  });
  expect(readFileSync(join(dataDirectory, 'thesis.txt'), 'utf8')).toBe('precious');
});

test('a database that was in use is kept, also when the mark of its creation came back with a power cut', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  const listen = { socketDirectory: join(directory.path, 's') };
  {
    await using server = await startPostgres({ dataDirectory, listen });
    await query(server.url(), 'create table kept as select 1 as n');
  }
  writeFileSync(`${dataDirectory}.unfinished`, '');
  await using again = await startPostgres({ dataDirectory, listen });
  expect(await query(again.url(), 'select n from kept')).toEqual([{ n: 1 }]);
  expect(existsSync(`${dataDirectory}.unfinished`)).toBe(false);
});

test('a creation that was killed half-way is started over', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  mkdirSync(dataDirectory);
  writeFileSync(join(dataDirectory, 'PG_VERSION'), '18\n');
  writeFileSync(`${dataDirectory}.unfinished`, '');
  await using server = await startPostgres({
    dataDirectory,
    listen: { socketDirectory: join(directory.path, 's') },
  });
  expect(await query(server.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(existsSync(`${dataDirectory}.unfinished`)).toBe(false);
});

test('a taken port is named', async () => {
  using directory = temporaryDirectory();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const start = startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { host: '127.0.0.1', port },
  });
  await expect(start).rejects.toMatchObject({
    code: 'port-taken',
    hint: expect.stringContaining('another port'),
    message: expect.stringContaining(String(port)),
  });
  other.close();
});

test('a setting that PostgreSQL rejects is shown with the log line that says so', async () => {
  using directory = temporaryDirectory();
  const start = startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory: join(directory.path, 's') },
    settings: { work_mem: 'plenty' },
  });
  await expect(start).rejects.toMatchObject({
    code: 'postgres-failed',
    hint: expect.stringContaining('log lines'),
    message: expect.stringContaining('"work_mem": "plenty"'),
  });
});

test('a socket directory with too long a path is replaced by a short one that goes away at the stop', async () => {
  using directory = temporaryDirectory();
  const warnings: unknown[] = [];
  const logger = { info: () => {}, error: () => {}, warn: (fields: unknown) => void warnings.push(fields) };
  const socketDirectory = join(directory.path, 'x'.repeat(100));
  const server = await startPostgres({
    dataDirectory: join(directory.path, 'data'),
    listen: { socketDirectory },
    logger,
  });
  expect(await query(server.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(warnings).toEqual([expect.objectContaining({ wanted: socketDirectory, used: server.host })]);
  await server.stop();
  expect(existsSync(server.host)).toBe(false);
});

test('an aborted start leaves no server behind', async () => {
  using directory = temporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  const abort = new AbortController();
  const start = startPostgres({
    dataDirectory,
    listen: { socketDirectory: join(directory.path, 's') },
    signal: abort.signal,
  });
  abort.abort(new Error('changed my mind'));
  await expect(start).rejects.toThrow('changed my mind');
  expect(existsSync(join(dataDirectory, 'postmaster.pid'))).toBe(false);
});
