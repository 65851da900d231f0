import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SlackSandbox } from '../../src/sandbox/slack/server.ts';
import { NAMESPACE, type TestCluster } from '../sandbox/kubernetes/cluster.ts';
import { DATABASE, type Installation, install } from '../support/rig/install.ts';
import {
  REPLICA_HOST,
  REPORT_PASSWORD,
  type ReplicaPair,
  startReplicaPair,
} from '../support/rig/replica-pair.ts';
import { reportOf, runReport, startReportCluster } from '../support/rig/report-cluster.ts';
import { startSlackOf } from '../support/rig/slack-of.ts';

const route = {
  id: 'route',
  kind: 'kubernetes.route-to-replica',
  title: 'Let batch jobs read from the replica',
  byHand: 'Put the host of the replica there.',
  params: { host: REPLICA_HOST },
};

const key = (kind: 'secretKeyRef' | 'configMapKeyRef', name: string, of: string) => ({
  valueFrom: { [kind]: { name, key: of } },
});

/** The same report, told of the primary in each of the ways that people use. */
function reportsOf({ port }: ReplicaPair) {
  const url = `postgres://report:${REPORT_PASSWORD}@127.0.0.1:${port}/postgres?application_name=report`;
  const password = { name: 'PGPASSWORD', ...key('secretKeyRef', 'report-db', 'password') };
  const rest = [
    password,
    { name: 'PGPORT', value: String(port) },
    { name: 'PGUSER', value: 'report' },
    { name: 'PGDATABASE', value: 'postgres' },
  ];
  const parts = [
    { name: 'DB_USER', value: 'report' },
    { name: 'DB_PASSWORD', ...key('secretKeyRef', 'report-db', 'password') },
    {
      name: 'DATABASE_URL',
      value: `postgres://$(DB_USER):$(DB_PASSWORD)@127.0.0.1:${port}/postgres`,
    },
  ];
  return [
    reportOf('plain-host', { env: [{ name: 'PGHOST', value: '127.0.0.1' }, ...rest] }),
    reportOf('parts', { env: parts }),
    reportOf('password', { env: [{ name: 'DATABASE_URL', value: url }] }),
    reportOf('odd', { env: [{ name: 'DATABASE_URL', value: `${url}&options=-c%20app.token%3Dx` }] }),
    reportOf('in-secret', {
      env: [{ name: 'DATABASE_URL', ...key('secretKeyRef', 'report-db', 'url') }],
    }),
    reportOf('host-in-map', {
      env: [{ name: 'PGHOST', ...key('configMapKeyRef', 'db', 'host') }, ...rest],
    }),
    reportOf('all-of-a-secret', { envFrom: [{ secretRef: { name: 'report-db' } }] }),
    reportOf('written', { args: [url] }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'report-db', namespace: NAMESPACE },
      stringData: { url, password: REPORT_PASSWORD },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'db', namespace: NAMESPACE },
      data: { host: '127.0.0.1' },
    },
  ];
}

let pair: ReplicaPair;
let cluster: TestCluster;
let slack: SlackSandbox;
let installation: Installation;
/** The files by name, as they were written. */
let files: ReadonlyMap<string, string>;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  pair = stack.use(await startReplicaPair());
  cluster = stack.use(await startReportCluster(reportsOf(pair)));
  slack = stack.use(await startSlackOf('socket'));
  installation = stack.use(
    install({
      slack,
      mode: 'socket',
      victim: pair,
      cluster,
      steps: [route],
      runbook: { alerts: undefined, purpose: 'prevention' },
      config: {
        databases: [
          {
            name: DATABASE,
            url: { env: 'ORDERS_URL' },
            replicas: [{ name: 'replica-1', url: { env: 'REPLICA_URL' } }],
          },
        ],
      },
      env: { REPLICA_URL: pair.replicaUrl() },
    }),
  );
  files = await writeFiles();
}, 240_000);
afterAll(async () => stack.disposeAsync());

/** The sandbox answers from this process, so that it must not wait for the command. */
async function writeFiles(): Promise<ReadonlyMap<string, string>> {
  const directory = join(installation.directory, 'remedies');
  const command = ['src/main.ts', 'prevent', DATABASE, '--config', installation.configFile];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...command, '--output', 'patch', '--to', directory, '--json'],
    { env: { ...process.env, ...installation.env } },
  );
  const [{ files: names }] = JSON.parse(stdout).steps;
  return new Map(names.map((name: string) => [name, readFileSync(join(directory, name), 'utf8')]));
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
}

/** The manifests of the files that are about this CronJob: a Secret first where there is one. */
function manifestsFor(name: string): { text: string; manifest: Manifest }[] {
  const all = [...files.values()]
    .filter((text) => text.includes('\napiVersion: '))
    .map((text) => ({ text, manifest: parse(text) as Manifest }));
  const change = all.find(({ manifest }) => manifest.kind === 'CronJob' && manifest.metadata.name === name);
  if (change === undefined) throw new Error(`no patch of ${name} in ${[...files.keys()].join(', ')}`);
  const holders = all.filter(
    ({ manifest }) => manifest.kind === 'Secret' && change.text.includes(`name: ${manifest.metadata.name}\n`),
  );
  return [...holders, change];
}

/** Applies one as `kubectl apply` and `kubectl patch` do; a Secret with what a person has filled in. */
async function apply(manifest: Manifest, filled: string): Promise<void> {
  const { kind, metadata, stringData } = manifest;
  const isPatch = kind === 'CronJob';
  const group = isPatch ? 'apis/batch/v1' : 'api/v1';
  const path = `${group}/namespaces/${NAMESPACE}/${isPatch ? 'cronjobs' : 'secrets'}/${metadata.name}`;
  const values = Object.keys(stringData ?? {}).map((one) => [one, filled]);
  const body = isPatch ? manifest : { ...manifest, stringData: Object.fromEntries(values) };
  const answer = await fetch(`${cluster.sandbox.url}/${path}?fieldManager=person`, {
    method: 'PATCH',
    headers: {
      authorization: 'Bearer secret',
      'content-type': isPatch ? 'application/strategic-merge-patch+json' : 'application/apply-patch+yaml',
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The patch that stands in the file as a comment, to take it back. */
function undoOf(text: string): Manifest {
  const lines = text.slice(text.indexOf('# To undo it:')).split('\n').slice(1);
  return parse(lines.map((line) => line.replace(/^# ?/, '')).join('\n')) as Manifest;
}

const moved = (value: string) => value.replace('@127.0.0.1:', `@${REPLICA_HOST}:`);

describe('the patch of a CronJob that is told of the primary', () => {
  const url = () => `postgres://report:${REPORT_PASSWORD}@127.0.0.1:${pair.port}/postgres`;
  test.each([
    ['plain-host', 'a host in a variable', () => ''],
    ['parts', 'a connection string made of variables', () => ''],
    ['password', 'a password in the connection string', () => REPORT_PASSWORD],
    ['in-secret', 'a connection string in a Secret', () => moved(url())],
    ['host-in-map', 'a host in a ConfigMap', () => ''],
  ])('%s: %s; it reads from the replica, and from the primary after the undo', async (name, _what, fill) => {
    expect(await runReport(cluster, name)).toBe('read from the primary as report\n');
    const manifests = manifestsFor(name);
    expect(manifests).toHaveLength(fill() === '' ? 1 : 2);
    for (const { manifest } of manifests) await apply(manifest, fill());
    expect(await runReport(cluster, name)).toBe('read from the replica as report\n');
    await apply(undoOf(manifests.at(-1)?.text ?? ''), '');
    expect(await runReport(cluster, name)).toBe('read from the primary as report\n');
  });

  test('of which nothing is known to be no secret: the whole value goes into a Secret', async () => {
    const manifests = manifestsFor('odd');
    for (const { manifest } of manifests) await apply(manifest, moved(url()));
    expect(await runReport(cluster, 'odd')).toBe('read from the replica as report\n');
    expect(manifests.at(-1)?.text).toContain('# Take the commit back');
  });

  test('names the variables of a value before it, as kustomize puts to the front what a patch names', () => {
    const { text } = manifestsFor('parts').at(-1) ?? { text: '' };
    expect(text.match(/^ +- name: .*$/gm)?.map((line) => line.trim())).toEqual([
      '- name: report',
      '- name: DB_USER',
      '- name: DB_PASSWORD',
      '- name: DATABASE_URL',
    ]);
  });

  test('without a patch: the file says why, and what to do', () => {
    const words = [...files].filter(([name]) => name.endsWith('.txt')).map(([, text]) => text);
    expect(words).toHaveLength(2);
    expect(words.join('\n')).toContain('takes all its variables from Secret report-db (envFrom)');
    expect(words.join('\n')).toContain('in its command line');
  });

  test('holds no secret, says how it is applied, and that what is marked is to be filled in', () => {
    expect([...files.values()].join('\n')).not.toContain(REPORT_PASSWORD);
    expect([...files.values()].join('\n')).not.toContain('app.token');
    const [secret, patch] = manifestsFor('password');
    expect(secret?.text).toMatch(/^# Fill in what stands in <…>\./m);
    expect(Object.values(secret?.manifest.stringData ?? {})).toEqual([
      '<the password of DATABASE_URL, written as it is written there now>',
    ]);
    expect(patch?.text).toMatch(
      /^# Apply: kubectl -n analytics patch cronjob password --patch-file 01-route-\d+\.yaml/m,
    );
    expect(patch?.text).toContain(REPLICA_HOST);
  });
});
