import { defineCheck, ok, type Verdict } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'systems',
  kind: 'firebreak',
  title: 'Systems that are looked at',
  purpose: 'Know the workload behind a session, and the load of the host.',
  without:
    'Owners are guessed and nothing is suspended without a cluster; the CPU is estimated without Prometheus.',
  check({ hasCluster, withoutMetrics }) {
    const absent: Verdict[] = [
      ...(hasCluster
        ? []
        : [
            lacking(
              'No cluster is configured.',
              'Add kubernetes to firebreak.yml; "firebreak init" writes it with its rights.',
            ),
          ]),
      ...(withoutMetrics.length === 0
        ? []
        : [
            lacking(
              `No Prometheus for ${withoutMetrics.join(', ')}.`,
              'Add prometheus to the database in firebreak.yml.',
            ),
          ]),
    ];
    return absent.length === 0 ? ok('databases, cluster and Prometheus') : absent;
  },
});

function lacking(found: string, remedy: string): Verdict {
  return { status: 'advice', found, remedy: inWords(remedy) };
}
