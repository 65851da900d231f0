import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateClient, GateError } from '../../src/client/index.ts';
import { query } from '../adapters/embedded-postgres/support.ts';
import { startFirebreak } from '../e2e/child.ts';
import { type GateScene, startGateScene, startServing, TOKEN } from './rig.ts';

let scene: GateScene;
let firebreak: Awaited<ReturnType<typeof startServing>>;

beforeAll(async () => {
  scene = await startGateScene();
  firebreak = await startServing(scene);
});
afterAll(async () => {
  await firebreak[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

const LIGHT = 'select 41 + 1';
const SCAN = 'select count(*), inet_server_port(), pg_is_in_recovery() from orders';

/** Runs `firebreak gate` beside a Firebreak that serves. */
async function gate(job: readonly string[], more: readonly string[] = [], env: Record<string, string> = {}) {
  const child = startFirebreak(
    ['gate', '--server', firebreak.httpUrl, '--database', 'orders-primary', ...more, '--', ...job],
    { ...scene.installation.env, ...env },
  );
  return { exitCode: await child.exited, stdout: child.stdout(), stderr: child.stderr() };
}

describe('firebreak gate', { timeout: 120_000 }, () => {
  test('what is allowed runs with its own output and exit code', async () => {
    const { exitCode, stdout, stderr } = await gate(['psql', '-Atc', LIGHT]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'connected\n42\n' });
    expect(stderr).toContain('orders-primary: allowed');
    const failed = await gate(['psql', '-c', 'select 1 / (random() * 0)::int']);
    expect(failed.exitCode).toBe(3);
    expect(failed.stderr).toContain('firebreak gate: ended with 3 after');
  });

  test('what belongs on the replica runs there, by file too', async () => {
    const { exitCode, stdout, stderr } = await gate(['psql', '-f', scene.file('scan.sql', SCAN)]);
    expect(stderr).toContain(`runs on the replica 127.0.0.1:${scene.replica.port}`);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `connected\n100000|${scene.replica.port}|true\n`,
    });
    const program = ['node', '-e', 'console.log(process.env.PGPORT, process.env.FIREBREAK_GATE_TOKEN)'];
    const other = await gate(program, ['--sql', scene.file('scan.sql', SCAN)]);
    expect({ exitCode: other.exitCode, stdout: other.stdout }).toEqual({
      exitCode: 0,
      stdout: `${scene.replica.port} undefined\n`,
    });
  });

  test('what the environment cannot send to the replica is not started', async () => {
    const byArgument = await gate(['psql', '-h', '127.0.0.1', '-c', SCAN]);
    expect({ exitCode: byArgument.exitCode, stdout: byArgument.stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(byArgument.stderr).toContain('Nothing was started');
    expect((await gate(['psql', '-c', SCAN], [], { PGSERVICE: 'orders' })).exitCode).toBe(3);
    expect((await gate(['psql', '-c', SCAN, '--', 'postgresql://app@127.0.0.1/appdb'])).exitCode).toBe(3);
    const blind = await gate(['node', '-e', 'console.log(1)'], ['--sql', scene.file('scan.sql', SCAN)], {
      PGHOST: '',
    });
    expect({ exitCode: blind.exitCode, stdout: blind.stdout }).toEqual({ exitCode: 3, stdout: '' });
  });

  test('what is denied is not started, and says why', async () => {
    const { exitCode, stdout, stderr } = await gate(['psql', '-c', 'select * from orders']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain('It gives the client 100 k rows; the limit is 90 k.');
    expect((await gate(['psql', '-c', LIGHT, '-c', 'do $$begin end$$'])).exitCode).toBe(4);
    expect((await gate(['psql', '-c', SCAN], ['--max-cost', '10'])).exitCode).toBe(4);
  });

  test('SIGTERM reaches the job, and the exit code is its own', async () => {
    const child = startFirebreak(
      [
        'gate',
        '--server',
        firebreak.httpUrl,
        '-d',
        'orders-primary',
        '--',
        'psql',
        '-c',
        'select pg_sleep(60)',
      ],
      scene.installation.env,
    );
    await child.said('connected');
    child.signal('SIGTERM');
    expect(await child.exited).toBe(143);
    expect(child.stdout()).toContain('terminated by SIGTERM');
  });

  test('without a verdict nothing runs, unless told otherwise; a wrong token is no way around', async () => {
    const away = ['--server', 'http://127.0.0.1:9'];
    const closed = await gate(['psql', '-c', LIGHT], away);
    expect({ exitCode: closed.exitCode, stdout: closed.stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(closed.stderr).toContain('THERE IS NO VERDICT, so nothing was started');
    const open = await gate(['psql', '-c', LIGHT], [...away, '--if-unreachable', 'open']);
    expect({ exitCode: open.exitCode, stdout: open.stdout }).toEqual({
      exitCode: 0,
      stdout: 'connected\n42\n',
    });
    expect(open.stderr).toContain('runs UNCHECKED');
    const wrong = await gate(['psql', '-c', LIGHT], ['--if-unreachable', 'open'], {
      FIREBREAK_GATE_TOKEN: 'wrong',
    });
    expect({ exitCode: wrong.exitCode, stdout: wrong.stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  test('called wrong: 2, not found: 127', async () => {
    expect((await gate(['psql'])).exitCode).toBe(2);
    expect((await gate(['node', 'report.mjs'])).exitCode).toBe(2);
    expect((await gate(['no-such-program'], ['--sql', scene.file('light.sql', LIGHT)])).exitCode).toBe(127);
  });
});

describe('over HTTP', { timeout: 120_000 }, () => {
  const client = (token = TOKEN) => createGateClient({ server: `${firebreak.httpUrl}/`, token });
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${firebreak.httpUrl}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    });
    return { status: response.status, body: await response.text() };
  };
  const EXPLAIN = '/v1/databases/orders-primary/explain';

  test('the client library asks and reports; runs calibrate the estimate', async () => {
    const asked = await client().explain({ database: 'orders-primary', sql: SCAN, job: 'report' });
    expect(asked).toMatchObject({
      verdict: 'replica',
      replica: { port: scene.replica.port },
      estimate: { pairs: 0 },
    });
    for (let run = 0; run < 5; run += 1) {
      const { id, cost } = await client().explain({ database: 'orders-primary', sql: SCAN });
      await client().reportOutcome(id ?? '', { seconds: (cost ?? 0) / 500 });
    }
    const calibrated = await client().explain({ database: 'orders-primary', sql: SCAN });
    expect(calibrated.estimate?.pairs).toBeGreaterThanOrEqual(5);
    expect(calibrated.estimate?.seconds).toBeGreaterThan(2);
    const child = startFirebreak(
      ['explain', '--calibration', 'orders-primary', '-c', scene.installation.configFile],
      scene.installation.env,
    );
    expect(await child.exited).toBe(0);
    expect(child.stdout()).toMatch(/from \d+ runs of this database/);
  });

  test('a second outcome, an unknown one, and no verdict are told apart', async () => {
    const { id } = await client().explain({ database: 'orders-primary', sql: LIGHT });
    await client().reportOutcome(id ?? '', { seconds: 1, rows: 1, completed: false });
    await expect(client().reportOutcome(id ?? '', { seconds: 2 })).rejects.toMatchObject({ status: 409 });
    await expect(client().reportOutcome('x-none', { seconds: 2 })).rejects.toMatchObject({ status: 404 });
    await expect(client('wrong').explain({ database: 'orders-primary', sql: LIGHT })).rejects.toThrow(
      GateError,
    );
    await expect(client().explain({ database: 'other', sql: LIGHT })).rejects.toMatchObject({ status: 404 });
    const nobody = createGateClient({ server: 'http://127.0.0.1:9', token: TOKEN });
    await expect(nobody.explain({ database: 'orders-primary', sql: LIGHT })).rejects.toMatchObject({
      status: null,
    });
  });

  test('what is malformed, unproven or too large is refused before anything is planned', async () => {
    expect((await post(EXPLAIN, '{"sql": "select 1"}', { authorization: '' })).status).toBe(401);
    expect((await post(EXPLAIN, 'x'.repeat(3_000_000), { authorization: '' })).status).toBe(401);
    expect((await post(EXPLAIN, 'select 1')).status).toBe(400);
    expect((await post(EXPLAIN, '{"sql": "select 1", "policy": {}}')).status).toBe(400);
    expect((await post(EXPLAIN, JSON.stringify({ sql: 'x'.repeat(3_000_000) }))).status).toBe(413);
    expect((await post('/v1/explanations/x-1/outcome', '{"seconds": -1}')).status).toBe(400);
  });

  test('jobs cannot lift the policy, and no SQL is kept', async () => {
    const raised = await client().explain({
      database: 'orders-primary',
      sql: 'select * from orders',
      maxCost: 1e9,
    });
    expect(raised.verdict).toBe('deny');
    const secret = "select count(*) from orders where customer_id::text = 'secret-value'";
    await client().explain({ database: 'orders-primary', sql: secret });
    expect(firebreak.output()).not.toContain('secret-value');
    expect(await query(scene.app.url('app'), 'select count(*)::int as n from orders')).toEqual([
      { n: 100_000 },
    ]);
  });
});
