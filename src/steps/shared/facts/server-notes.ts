import type { DiagnosisFacts } from '../../../diagnosis/facts.ts';

/** What a person must know of the servers' roles before believing anything else: a failover is going on, or was. */
export function serverNotes({ snapshot, replicas }: Pick<DiagnosisFacts, 'snapshot' | 'replicas'>): string[] {
  const promoted = replicas.filter(({ inRecovery }) => !inRecovery).map(({ replica }) => replica);
  return [
    ...(snapshot.server === 'primary' && snapshot.inRecovery
      ? [
          `The server that answers as the primary of ${snapshot.database} is in recovery: it is a standby. A failover may be under way, or the URL leads to the wrong server.`,
        ]
      : []),
    ...promoted.map(
      (replica) => `Replica ${replica} is no standby any more: it was promoted and takes writes.`,
    ),
  ];
}
