import type { Scenario } from '../scenario.ts';
import { burn } from '../stage/burn.ts';
import { cpuSymptom } from '../stage/measure.ts';

/** Somebody started a Job by hand: no schedule is behind it, and it retries all the same. */
export const scenario: Scenario = {
  id: 'runaway-job',
  title: 'A Job that no CronJob owns drowns the database in long statements',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: ({ names }) => ({
    cause: 'runaway-batch-query',
    culprit: `Job ${names.batches}/${names.batch}`,
    actions: ['kubernetes.suspend-job', 'postgres.kill-queries'],
    guilty: [{ role: names.batchRole }],
    workloads: [`Job ${names.batches}/${names.batch}`],
    stays: [
      {
        setting: `Job ${names.batches}/${names.batch} suspend`,
        why: 'nobody else would keep it from starting again; its owner resumes or deletes it',
      },
    ],
  }),
  async provoke({ shape: { names, size }, job }) {
    await job({
      namespace: names.batches,
      name: names.batch,
      pods: size.pods,
      program: {
        role: names.batchRole,
        application: names.batch,
        sessions: size.sessionsPerPod,
        steps: [burn(names.busyTable)],
        afterwards: 'end',
        onError: 'exit',
      },
    });
  },
  symptom: cpuSymptom,
};
