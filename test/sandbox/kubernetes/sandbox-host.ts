import { NAMESPACE, pidOf, startCluster, until } from './cluster.ts';

/** Runs a sandbox with one pod that reads its standard input, and prints the pod's process id. */
const job = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'reader', namespace: NAMESPACE },
  spec: { containers: [{ name: 'main', image: 'none', command: ['/bin/cat'] }] },
};
const { core } = await startCluster([job]);
const pod = await until('the pod', async () => {
  const found = await core.readNamespacedPod({ name: 'reader', namespace: NAMESPACE });
  return found.status?.phase === 'Running' && found;
});
process.stdout.write(`${pidOf(pod)}\n`);
