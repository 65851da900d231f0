import { isLockWaiter } from '../../../diagnosis/sessions.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Session, Snapshot } from '../../../domain/snapshot.ts';

/** What a plan looked at and does not touch, with the reason. */
type LeftAlone = { label: string; reason: string };

const walsenders: Readonly<Record<Snapshot['standbys'][number]['kind'], string>> = {
  standby: 'walsender of standby',
  backup: 'base backup by',
  receiver: 'WAL archive by',
  logical: 'logical replication to',
};

/** Background processes that people see among the sessions. Base backups, archives and logical consumers come through walsenders too. */
export function leftAlone({ standbys, autovacuumWorkers }: Snapshot): LeftAlone[] {
  return [
    ...standbys.map(({ applicationName, kind }) => ({
      label: `${walsenders[kind]} ${applicationName}`,
      reason: kind === 'backup' ? 'A backup is never signalled.' : 'Replication is never signalled.',
    })),
    ...autovacuumWorkers.map(({ pid, table, preventsWraparound }) => ({
      label: `pid ${pid} · autovacuum${table === null ? '' : ` of ${table}`}`,
      reason: preventsWraparound
        ? 'It prevents wraparound; when it is ended it begins again from zero.'
        : 'Autovacuum steps aside by itself for whoever needs its lock.',
    })),
  ];
}

/** Who waits for a lock suffers; it goes on by itself when the head of the queue ends. */
export function victims(
  { sessions }: Snapshot,
  offered: readonly { readonly session: Session }[],
): LeftAlone[] {
  const taken = new Set(offered.map(({ session }) => session));
  const waiting = sessions.filter((session) => isLockWaiter(session) && !taken.has(session)).length;
  const reason =
    'They are victims: they go on when the head of the queue ends, and others would take their place.';
  return waiting === 0 ? [] : [{ label: `${formatCount(waiting, 'session')} waiting for a lock`, reason }];
}
