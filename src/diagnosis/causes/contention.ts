import { culpritName } from '../../domain/cause.ts';
import { formatCount, formatShare } from '../../domain/format.ts';
import type { CauseRule } from '../cause-rule.ts';
import { type Bottleneck, contended } from '../contended.ts';
import { groupByOwner } from '../owners.ts';
import { describeCpu } from '../pressure.ts';
import { secondsInState } from '../sessions.ts';

/** Fewer queuing sessions than this pass by themselves. */
const QUEUE = 4;
/** Share of the active sessions that must queue for the same. */
const MAJORITY = 0.5;
/** Share of the queuing sessions that one owner must have to be named. */
const MOSTLY = 0.6;
/** A statement this old is long work of its own, and no short transaction in a queue; seconds. */
const LONG = 3;

const words: Record<Bottleneck, { title: string; helps: string[]; settles: string[] }> = {
  commit: {
    title: 'Commits queue for the write-ahead log',
    helps: [
      'Lower the number of sessions that commit at once: a smaller pool, or PgBouncer in transaction mode.',
      'Put many small changes into one transaction, where the service can.',
      'Look at the disk of pg_wal: its latency bounds the commits; move it, or raise its limit.',
    ],
    settles: [
      'The write latency of the disk under pg_wal: node_disk_write_time_seconds_total, or iostat -x.',
    ],
  },
  'synchronous standby': {
    title: 'Commits wait for a synchronous standby',
    helps: [
      'Look at that standby and at the network to it: every commit waits for its answer.',
      'Decide with people whether commits may go on without it (synchronous_standby_names); that gives up its promise.',
    ],
    settles: ['pg_stat_replication: which standby is sync, and does its flush_lsn move?'],
  },
  'internal lock': {
    title: 'Sessions queue for each other inside PostgreSQL',
    helps: [
      'Lower the number of sessions that are active at once: a smaller pool, or PgBouncer in transaction mode.',
      'Look which wait event leads: it names the structure that is short, in PostgreSQL’s documentation of wait events.',
    ],
    settles: [
      'What changed in the workload: more partitions, more subtransactions (SAVEPOINT), more clients.',
    ],
  },
};

/** Load is up and the CPU is down: many sessions are active and few of them are on a CPU, because they queue. */
export const rule: CauseRule = {
  kind: 'contention',
  detect(facts, pressure) {
    const { snapshot, cluster } = facts;
    const queue = contended(snapshot);
    const active = snapshot.waits.reduce((sum, { backends }) => sum + backends, 0);
    if (queue === null || queue.backends < QUEUE || queue.backends < MAJORITY * active) return null;
    if (
      queue.backends <= snapshot.onCpu ||
      (pressure.cpuSaturated && !pressure.cpuGuessed && queue.backends < 2 * snapshot.onCpu)
    )
      return null;
    const share = queue.backends / active;
    const at = snapshot.sessions.filter(
      ({ waitEventType, state }) =>
        state === 'active' &&
        (waitEventType === 'LWLock' || waitEventType === 'IO' || waitEventType === 'IPC'),
    );
    const long = at.filter((session) => secondsInState(session) >= LONG && !isCommit(session.sql)).length;
    const owners = groupByOwner(at, cluster);
    const [owner] = owners;
    const named = owner !== undefined && owner.sessions.length >= MOSTLY * at.length ? owner.culprit : null;
    const { title, helps, settles } = words[queue.bottleneck];
    return {
      kind: 'contention',
      title: named === null ? title : `${title}, most of them of ${culpritName(named)}`,
      confidence: long * 2 > at.length ? 0.45 : share >= 0.7 ? 0.85 : 0.7,
      evidence: [
        `${formatCount(queue.backends, 'of the active sessions queues', 'of the active sessions queue')} (${formatShare(share)} of ${active}): ${queue.waits.slice(0, 3).join(', ')}.`,
        `CPU: ${describeCpu(facts)}: the load is up and the CPU is not.`,
        long === 0
          ? 'None of their statements is long: it is the number of them.'
          : `${formatCount(long, 'of these statements is', 'of these statements are')} over ${LONG} s old.`,
        ...(named?.evidence.map(({ text }) => text) ?? []),
      ],
      rootSessions: [],
      culprit: named,
      settles,
      helps,
      wontHelp: [
        'Killing sessions: each transaction is short, and the next one takes its place in the queue.',
        'More CPU, or a higher max_connections: more sessions would queue for the same.',
        'Suspending a CronJob that merely runs at the same time.',
      ],
    };
  },
};

function isCommit(sql: string): boolean {
  return /^\s*(?:commit|end)\b/i.test(sql);
}
