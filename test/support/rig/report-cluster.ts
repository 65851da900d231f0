import { join } from 'node:path';
import { z } from 'zod';
import { clusterObjects, FIREBREAK_USER } from '../../../src/drill/manifests.ts';
import { NAMESPACE, startCluster, type TestCluster, until } from '../../sandbox/kubernetes/cluster.ts';

const namespace = NAMESPACE;
const READ = join(import.meta.dirname, '..', '..', 'e2e', 'pods', 'read.ts');

/** A CronJob whose pods print which server they read from, with these variables. */
export function reportOf(name: string, container: object) {
  const main = { name: 'report', image: 'registry.invalid/report:1', command: [process.execPath, READ] };
  const pod = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    containers: [{ ...main, ...container }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: { schedule: '0 3 1 1 *', jobTemplate: { spec: { backoffLimit: 0, template: { spec: pod } } } },
  };
}

/** A cluster with these objects, and the rights that Firebreak has in the drill. */
export async function startReportCluster(objects: readonly object[]): Promise<TestCluster> {
  const Kinded = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
  const rights = clusterObjects({ command: [], env: {} }).filter((object) => {
    const { kind, metadata } = Kinded.parse(object);
    return kind !== 'CronJob' && !(kind === 'Namespace' && metadata.name === namespace);
  });
  const tokens = { secret: 'kubernetes-admin', firebreak: FIREBREAK_USER };
  return startCluster([...rights, ...objects], { tokens });
}

/** Starts a CronJob by hand, waits for its end, and returns what it printed. */
export async function runReport({ sandbox, core }: TestCluster, name: string): Promise<string> {
  const job = await sandbox.createJobFrom(namespace, name);
  const labelSelector = `batch.kubernetes.io/job-name=${job}`;
  const pod = await until(`the end of ${job}`, async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    return items.find(({ status }) => ['Succeeded', 'Failed'].includes(status?.phase ?? ''));
  });
  return core.readNamespacedPodLog({ name: pod.metadata?.name ?? '', namespace });
}
