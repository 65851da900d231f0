/** A pod that runs for minutes; /bin/sleep exists in busybox and on every machine. */
export function sleepingPod(seconds = 300) {
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox', command: ['/bin/sleep', String(seconds)] }],
  };
}

/** A Job whose pod sleeps. */
export function sleepingJob(name: string, seconds = 300, extra: object = {}) {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: sleepingPod(seconds) }, ...extra },
  };
}

/** A CronJob that never starts by itself within a test, unless its schedule says so. */
export function cronJob(name: string, schedule = '0 0 1 1 *', extra: object = {}) {
  const jobTemplate = { metadata: { labels: { app: name } }, spec: { template: { spec: sleepingPod() } } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: { schedule, jobTemplate, ...extra },
  };
}

/** Asks again and again until the answer is there, for at most `seconds`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seconds = 20,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
