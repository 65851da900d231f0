import { join } from 'node:path';
import { z } from 'zod';
import { clusterObjects, FIREBREAK_USER } from '../../../src/drill/manifests.ts';
import { startCluster, type TestCluster } from '../../sandbox/kubernetes/cluster.ts';
import { until } from '../../slack/sandbox-control.ts';
import type { Victim } from './victim.ts';

/** A cluster with the CronJob analytics/batch, and the rights that Firebreak has in the drill. */
export async function startBatchCluster(victim: Victim): Promise<TestCluster> {
  const container = {
    name: 'batch',
    image: 'registry.invalid/batch:1',
    command: [process.execPath, join(import.meta.dirname, '..', '..', 'e2e', 'pods', 'batch.ts')],
    env: [{ name: 'DATABASE_URL', value: victim.url('batch') }],
  };
  const pod = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container] };
  const rights = clusterObjects({ command: [], env: {} }).filter(
    (object) => !isKind(object, 'CronJob') && !isNamespace(object, 'analytics'),
  );
  const cronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'batch', namespace: 'analytics' },
    spec: {
      schedule: '0 14 * * *',
      concurrencyPolicy: 'Allow',
      jobTemplate: { spec: { backoffLimit: 20, template: { spec: pod } } },
    },
  };
  return startCluster([...rights, cronJob], {
    tokens: { secret: 'kubernetes-admin', firebreak: FIREBREAK_USER },
    podFailureBackoffMs: 1_000,
  });
}

/**
 * Starts a run of the batch. Resolves when its queries have run for six seconds, as younger ones are not blamed yet; fails
 * after `patienceMs` milliseconds.
 */
export async function startBatch(victim: Victim, cluster: TestCluster, patienceMs: number): Promise<void> {
  await cluster.sandbox.createJobFrom('analytics', 'batch');
  await until(
    'the batch works',
    async () => ((await victim.batchSeconds()) > 6 ? true : undefined),
    patienceMs,
  );
}

const Kinded = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const isKind = (object: unknown, kind: string) => Kinded.parse(object).kind === kind;
const isNamespace = (object: unknown, name: string) =>
  isKind(object, 'Namespace') && Kinded.parse(object).metadata.name === name;
