import type { Scenario } from '../scenario.ts';
import { burn } from '../stage/burn.ts';
import { cpuSymptom } from '../stage/measure.ts';

/** The outage of 2024-11-15 in small: the pods of a CronJob run long statements on every core. */
export const scenario: Scenario = {
  id: 'runaway-batch-query',
  title: 'The run of a CronJob drowns the database in long statements',
  alert: 'PostgresqlHighCpu',
  needs: {},
  expected: ({ names }) => ({
    cause: 'runaway-batch-query',
    culprit: `CronJob ${names.batches}/${names.batch}`,
    actions: ['kubernetes.suspend-cronjob', 'postgres.kill-queries', 'kubernetes.resume-cronjob'],
    guilty: [{ role: names.batchRole }],
    workloads: [`CronJob ${names.batches}/${names.batch}`],
    stays: ['schedule', 'timeZone', 'startingDeadlineSeconds'].map((field) => ({
      setting: `CronJob ${names.batches}/${names.batch} ${field}`,
      why: 'it runs off-peak from now on, as was decided',
    })),
  }),
  async provoke({ shape: { names, size }, cronJob }) {
    await cronJob({
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
        tags: { cronjob: names.batch },
      },
    });
  },
  symptom: cpuSymptom,
};
