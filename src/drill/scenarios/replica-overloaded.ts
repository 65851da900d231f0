import type { Scenario } from '../scenario.ts';
import { burn } from '../stage/burn.ts';

/** The run of a CronJob drowns the replica; the primary does not notice. */
export const scenario: Scenario = {
  id: 'replica-overloaded',
  title: 'The run of a CronJob drowns the replica, while the primary is well',
  alert: 'PostgreSQLReplicationLag',
  needs: { replica: true },
  expected: ({ names }) => ({
    cause: 'replica-overloaded',
    culprit: `CronJob ${names.batches}/${names.batch}`,
    actions: ['kubernetes.suspend-cronjob', 'postgres.cancel-on-replica', 'kubernetes.resume-cronjob'],
    guilty: [{ role: names.batchRole }],
    workloads: [`CronJob ${names.batches}/${names.batch}`],
    stays: [
      {
        setting: `CronJob ${names.batches}/${names.batch}`,
        why: 'it is resumed on an off-peak schedule, which was decided',
      },
    ],
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
        server: 'replica',
      },
    });
  },
  async symptom({ sql, cores }) {
    const [row] = await sql<{ working: number }>(
      "select count(*)::int as working from pg_stat_activity where backend_type = 'client backend' and state = 'active' and wait_event is null and pid <> pg_backend_pid()",
      [],
      'replica',
    );
    const working = row?.working ?? 0;
    return working > cores ? `${working} sessions want one of ${cores} CPUs of the replica` : null;
  },
};
