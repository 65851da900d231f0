import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/config/load-config.ts';
import { GatePolicy } from '../../src/domain/gate.ts';
import { blocksOf, readPage } from '../docs/page.ts';
import { commandsFor } from '../docs/where-typed.ts';
import { type GateScene, startGateScene, startServing } from './rig.ts';

const page = readPage('cost-gate.md');
const commands = commandsFor('test/gate/docs.e2e.test.ts');
const [configuration = '', manifest = ''] = blocksOf(page, 'yaml');

let scene: GateScene;
let firebreak: Awaited<ReturnType<typeof startServing>>;

beforeAll(async () => {
  scene = await startGateScene();
  firebreak = await startServing(scene);
  const main = `${import.meta.dirname}/../../src/main.ts`;
  chmodSync(scene.file('bin/firebreak', `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`), 0o755);
  scene.file('report.sql', 'select customer_id % 7, count(*) from orders group by 1;\n');
  scene.file('report.mjs', 'console.log(process.env.PGPORT);\n');
});
afterAll(async () => {
  await firebreak[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

/** Runs a line of the page as a reader would, with the addresses of this scene. */
async function run(line: string) {
  const here = line
    .replaceAll(/http:\/\/firebreak(?:\.ops)?:8080/g, firebreak.httpUrl)
    .replaceAll('postgresql://gate@orders-ro.db.svc/orders', scene.gateUrl);
  const { env } = scene.installation;
  const child = spawn('sh', ['-c', here], { cwd: scene.directory, env: { ...process.env, ...env } });
  child.stdin.end();
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: child.exitCode, stdout, stderr };
}

test('there is something to run', () => {
  expect(commands.length).toBeGreaterThanOrEqual(7);
  expect(manifest).toContain('kind: CronJob');
});

test.each(commands)('%s', { timeout: 120_000 }, async (line) => {
  const { exitCode, stdout, stderr } = await run(line);
  expect(stderr).not.toContain('error');
  expect(stdout).not.toBe('');
  // A verdict, or the job's own end; 1 and 2 would mean that there is none.
  expect([0, 3]).toContain(exitCode);
  if (line.startsWith('firebreak gate')) expect(stdout.trim()).toBe(String(scene.replica.port));
  if (line.startsWith('curl'))
    expect(JSON.parse(stdout)).toMatchObject(
      line.endsWith('/state')
        ? { state: 'closed', share: 1 }
        : { verdict: 'replica', database: 'orders-primary' },
    );
});

test('the CronJob of the page runs its report on the replica', { timeout: 120_000 }, async () => {
  const Container = z.looseObject({ command: z.array(z.string()), args: z.array(z.string()) });
  const { jobTemplate } = z
    .looseObject({ jobTemplate: z.any() })
    .parse((parse(manifest) as { spec: unknown }).spec);
  const { command, args } = Container.parse(jobTemplate.spec.template.spec.containers[0]);
  const { exitCode, stdout, stderr } = await run([...command, ...args].join(' '));
  expect(stderr).toContain(`runs on the replica 127.0.0.1:${scene.replica.port}`);
  expect(stdout.split('\n')).toHaveLength(9);
  expect(exitCode).toBe(0);
});

test('the configuration of the page is valid', () => {
  const given = parse(configuration) as { databases: object[] };
  const whole = {
    slack: { channel: 'C0INCIDENTS' },
    alerts: { sources: [{ name: 'checks', format: 'generic', bearer: { env: 'A' } }] },
    ...given,
    databases: given.databases.map((one) => ({ url: { env: 'B' }, ...one })),
  };
  expect(parseConfig(stringify(whole), 'docs/cost-gate.md').databases[0]?.gate?.replica).toEqual({
    host: 'orders-ro.db.svc',
    port: 5432,
  });
});

test('the policy table has every key and its default', () => {
  const rows = [...page.matchAll(/^\| `([\w.]+)` \| (\w+) \|/gm)].map(([, key, value]) => [key, value]);
  const { replicaAbove, denyAbove, unjudged } = GatePolicy.parse({});
  const wanted = [
    ...Object.entries(replicaAbove).map(([key, value]) => [`replicaAbove.${key}`, String(value)]),
    ...Object.entries(denyAbove).map(([key, value]) => [`denyAbove.${key}`, String(value)]),
    ['denyAbove.seconds', 'none'],
    ['unjudged', unjudged],
  ];
  expect(rows).toEqual(wanted);
});
