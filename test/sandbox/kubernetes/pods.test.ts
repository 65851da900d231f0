import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import {
  isAlive,
  jobOf,
  NAMESPACE,
  pidOf,
  script,
  startCluster,
  type TestCluster,
  until,
} from './cluster.ts';

let cluster: TestCluster | undefined;

afterEach(async () => cluster?.[Symbol.asyncDispose]());

const namespace = NAMESPACE;
const pods = async (on: TestCluster) => (await on.core.listNamespacedPod({ namespace })).items;
const running = async (on: TestCluster) =>
  until('a running pod', async () => (await pods(on)).find(({ status }) => status?.phase === 'Running'));

test('a program that binds POD_IP is seen by a server under its pod IP', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const code = `require('net').connect({ host: '127.0.0.1', port: ${port}, localAddress: process.env.POD_IP }); process.stdin.resume().on('end', () => process.exit())`;
  const job = jobOf('client', '');
  const command = { name: 'main', image: 'none', command: [process.execPath, '-e', code] };
  cluster = await startCluster([
    { ...job, spec: { template: { spec: { restartPolicy: 'Never', containers: [command] } } } },
  ]);
  const connection = once(server, 'connection');
  const pod = await running(cluster);
  const [socket] = await connection;
  const seen = socket.remoteAddress;
  socket.destroy();
  server.close();
  expect(cluster.sandbox.loopbackAddresses).toBe(process.platform === 'linux');
  if (cluster.sandbox.loopbackAddresses) expect(seen).toBe(pod.status?.podIP);
});

test('a container sees its own environment and nothing of the sandbox host', async () => {
  const main = {
    ...script('env'),
    env: [
      { name: 'PGHOST', value: 'db-$(POD_NAME)' },
      { name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    ],
  };
  const spec = { restartPolicy: 'Never', containers: [main] };
  cluster = await startCluster([
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'env', namespace }, spec },
  ]);
  await until('the end', async () => (await pods(cluster as TestCluster))[0]?.status?.phase === 'Succeeded');
  const log = await cluster.core.readNamespacedPodLog({ name: 'env', namespace });
  const lines = log.split('\n').filter((line) => !/^(PWD|SHLVL|_|OLDPWD|PATH)=/.test(line));
  expect(lines.filter(Boolean).sort()).toEqual([
    'HOSTNAME=env',
    'PGHOST=db-env',
    expect.stringMatching(/^POD_IP=127\.44\./),
    'POD_NAME=env',
    'WHERE=analytics',
  ]);
});

test('a variable takes its value from a Secret or a ConfigMap; a pod without the key waits and says so', async () => {
  const from = (kind: string, key: string) => ({ valueFrom: { [kind]: { name: 'db', key } } });
  const pod = (name: string, env: object[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { restartPolicy: 'Never', containers: [{ ...script('echo $URL'), env }] },
  });
  const metadata = { name: 'db', namespace };
  const map = from('configMapKeyRef', 'host');
  cluster = await startCluster([
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'pä$$' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { host: 'orders' } },
    pod('told', [
      { name: 'PASSWORD', ...from('secretKeyRef', 'password') },
      { name: 'HOST', ...map },
      { name: 'URL', value: '$(PASSWORD)@$(HOST)' },
    ]),
    pod('untold', [{ name: 'URL', ...from('secretKeyRef', 'url') }]),
  ]);
  const on = cluster;
  const statusOf = async (name: string) => (await on.core.readNamespacedPod({ name, namespace })).status;
  await until('the end', async () => (await statusOf('told'))?.phase === 'Succeeded');
  expect(await on.core.readNamespacedPodLog({ name: 'told', namespace })).toBe('pä$$@orders\n');
  const secret = await on.core.readNamespacedSecret(metadata);
  expect(secret).toMatchObject({ data: { password: Buffer.from('pä$$').toString('base64') } });
  expect(secret).not.toHaveProperty('stringData');
  const { phase, containerStatuses } = (await statusOf('untold')) ?? {};
  expect(phase).toBe('Pending');
  expect(containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: 'CreateContainerConfigError',
    message: "couldn't find key url in Secret analytics/db",
  });
});

test('OnFailure restarts the container in place and counts', async () => {
  cluster = await startCluster([jobOf('flaky', 'exit 1', { backoffLimit: 5 }, 'OnFailure')]);
  const pod = await until('two restarts', async () => {
    const [found] = await pods(cluster as TestCluster);
    return (found?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2 && found;
  });
  expect(await pods(cluster)).toHaveLength(1);
  expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 1,
    reason: 'Error',
  });
});

test('Never makes the Job start new pods after the back-off until its limit', async () => {
  cluster = await startCluster([jobOf('failing', 'exit 7', { backoffLimit: 2 })]);
  const { batch } = cluster;
  const job = await until('failure', async () => {
    const found = await batch.readNamespacedJob({ name: 'failing', namespace });
    return found.status?.conditions?.some(({ type }) => type === 'Failed') === true && found;
  });
  expect(job.status?.failed).toBe(3);
  const all = await pods(cluster);
  expect(all).toHaveLength(3);
  expect(new Set(all.map(({ status }) => status?.podIP)).size).toBe(3);
  expect(all[0]?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(7);
});

test('deleting a pod asks with SIGTERM and kills the whole group after the grace period', async () => {
  const stubborn = "trap 'echo refused' TERM; sleep 60 & while :; do sleep 0.1; done";
  cluster = await startCluster([jobOf('stubborn', stubborn)]);
  const pod = await running(cluster);
  const pid = pidOf(pod);
  expect(isAlive(-pid)).toBe(true);
  const name = pod.metadata?.name ?? '';
  const answer = await cluster.core.deleteNamespacedPod({ name, namespace });
  expect(answer.metadata?.deletionGracePeriodSeconds).toBe(1);
  expect(isAlive(pid)).toBe(true);
  await until('the process group to end', () => !isAlive(-pid));
  await until(
    'the pod to go',
    async () => !(await pods(cluster as TestCluster)).some(({ metadata }) => metadata?.name === name),
  );
});

test('a command that does not exist and a container without a command are told', async () => {
  const wrong = { name: 'main', image: 'x', command: ['/no/such/program'] };
  const none = { name: 'main', image: 'x' };
  const pod = (name: string, container: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { restartPolicy: 'Never', containers: [container] },
  });
  cluster = await startCluster([pod('none', none), pod('wrong', wrong)]);
  const [first, second] = await until('both states', async () => {
    const all = await pods(cluster as TestCluster);
    return all[1]?.status?.phase === 'Failed' && all[0]?.status?.containerStatuses !== undefined && all;
  });
  expect(first?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('CreateContainerError');
  expect(second?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    exitCode: 128,
    reason: 'StartError',
  });
});

test('stop kills every process', async () => {
  cluster = await startCluster([jobOf('long', 'sleep 300', { parallelism: 3, completions: 3 })]);
  const all = await until('three pods', async () => {
    const found = (await pods(cluster as TestCluster)).filter(({ status }) => status?.phase === 'Running');
    return found.length === 3 && found;
  });
  await cluster.sandbox.stop();
  expect(all.map((pod) => isAlive(pidOf(pod)))).toEqual([false, false, false]);
});

test('a program that reads its standard input ends when the sandbox is killed', async () => {
  const host = fileURLToPath(new URL('sandbox-host.ts', import.meta.url));
  const child = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await until('the pod to notice', () => !isAlive(pid));
});
