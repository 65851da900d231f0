import { culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, formatShare, shorten } from '../../domain/format.ts';
import { type AutovacuumWorker, backendId } from '../../domain/snapshot.ts';
import { attribute } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import { amplifierOf, readLockScene } from '../lock-scene.ts';
import { secondsInState } from '../sessions.ts';

/**
 * Autovacuum that prevents wraparound holds a table, a schema change waits for it, and everybody queues behind. Other
 * autovacuums step aside by themselves after deadlock_timeout; this one does not, and comes back at once when cancelled
 * (measured).
 */
export const rule: CauseRule = {
  kind: 'anti-wraparound-vacuum',
  detect({ snapshot, cluster }, pressure) {
    const scene = readLockScene(snapshot);
    const workers = snapshot.autovacuumWorkers.filter(({ preventsWraparound }) => preventsWraparound);
    const root = scene.roots.find(({ pid }) => workers.some((worker) => worker.pid === pid));
    const worker = workers.find(({ pid }) => pid === root?.pid);
    if (root === undefined || worker === undefined) return null;
    const amplifier = amplifierOf(scene, [worker.pid]);
    const behind = amplifier?.behind.length ?? 0;
    const first =
      amplifier?.sessions[0] ?? snapshot.sessions.find(({ pid }) => root.waiters.includes(pid)) ?? null;
    const culprit = first === null ? null : attribute(first, cluster);
    const who = culprit === null ? 'Somebody' : `A schema change of ${culpritName(culprit)}`;
    return {
      kind: 'anti-wraparound-vacuum',
      title: `${who} waits for the autovacuum that prevents wraparound${amplifier === null ? '' : ' and blocks everybody behind it'}`,
      confidence: amplifier !== null && pressure.lockWaiting >= 3 ? 0.95 : 0.6,
      evidence: [
        `${formatCount(pressure.lockWaiting, 'session waits', 'sessions wait')} for locks; ${behind} of those looked at behind the schema change.`,
        ...(first === null
          ? []
          : [
              `pid ${first.pid} waits since ${formatDuration(secondsInState(first))} with: ${shorten(first.sql, 120)}`,
            ]),
        describeWorker(worker),
        ...(culprit?.evidence.map(({ text }) => text) ?? []),
      ],
      rootSessions: (amplifier?.sessions ?? []).map(backendId),
      culprit,
      helps: [
        amplifier === null
          ? 'Let the vacuum end; whoever waits for it goes on then.'
          : 'Cancel the schema change; everybody behind it goes on at once, and the vacuum too.',
        `Let the vacuum end, and make it faster as a superuser: ${fasterVacuum} (16 and later heed it at once, 14 and 15 from the next table on).`,
        'Run the schema change again after it, with lock_timeout and retries.',
      ],
      wontHelp: [
        'Killing the autovacuum: it comes back at once, starts from zero and brings the wraparound shutdown nearer.',
        'Killing the waiting application queries: they are the victims.',
        'Turning autovacuum off: it prevents wraparound also when it is off.',
      ],
      settles: [],
    };
  },
};

/** What a superuser runs so that autovacuum does not rest; to be reset when it has ended. */
export const fasterVacuum = 'ALTER SYSTEM SET autovacuum_vacuum_cost_delay = 0; SELECT pg_reload_conf();';

function describeWorker({ pid, table, seconds, phase, scannedShare }: AutovacuumWorker): string {
  const since = seconds === null ? '' : ` for ${formatDuration(seconds)}`;
  const far =
    scannedShare === null
      ? ''
      : `; ${formatShare(scannedShare)} of its pages scanned (${phase ?? 'at work'})`;
  return `pid ${pid} is an autovacuum worker and vacuums ${table ?? 'a table'}${since}, to prevent wraparound${far}.`;
}
