import { type Cause, type Culprit, culpritName } from '../../domain/cause.ts';
import { formatBytes, formatCount, formatDuration } from '../../domain/format.ts';
import { backendId, type Session } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { groupByOwner } from '../owners.ts';
import {
  BESIDE_PRESSURE,
  blockersOf,
  bytesBehind,
  type Conflict,
  conflictOf,
  isBehind,
  isPressed,
  type ReplicaView,
  replicaViews,
} from '../replicas.ts';
import { signalAge } from '../sessions.ts';

/**
 * A session on a standby is in the way of what has to be replayed there. Measured: 31 MB behind with nothing to flush;
 * cancelling the query on the standby brought the lag to 0 in 216 ms.
 */
export const rule: CauseRule = {
  kind: 'replay-conflict',
  detect(facts, pressure) {
    const [worst] = replicaViews(facts)
      .filter(({ status }) => conflictOf(status) !== null)
      .sort((a, b) => bytesBehind(b) - bytesBehind(a));
    const conflict = worst === undefined ? null : conflictOf(worst.status);
    if (worst === undefined || conflict === null) return null;
    const sure = !isBehind(worst) ? 0.45 : blockersOf(worst).length > 0 ? 0.9 : 0.7;
    return causeOf(facts, worst, conflict, isPressed(pressure) ? Math.min(sure, BESIDE_PRESSURE) : sure);
  },
};

function causeOf(facts: DiagnosisFacts, view: ReplicaView, conflict: Conflict, confidence: number): Cause {
  const { replica } = view.status;
  const blockers = blockersOf(view);
  const culprit = groupByOwner(blockers, facts.cluster)[0]?.culprit ?? null;
  return {
    kind: 'replay-conflict',
    title:
      culprit === null
        ? `A session on replica ${replica} blocks replay there`
        : `${culpritName(culprit)} blocks replay on replica ${replica}`,
    confidence,
    evidence: [
      `Replica ${replica} has ${formatBytes(bytesBehind(view))} to replay, and replay waits for a ${conflict} (${view.status.replayWait?.type}/${view.status.replayWait?.event}).`,
      ...receivedText(view),
      ...blockers.slice(0, 3).map((session) => blockerText(session, conflict)),
      patienceText(view),
      ...(culprit?.evidence.map(({ text }) => text) ?? []),
    ],
    rootSessions: blockers.map(backendId),
    server: replica,
    culprit,
    helps: helpsFor(replica, culprit, blockers),
    wontHelp: [
      'Killing anything on the primary: nothing there is in the way of replay.',
      'Restarting the standby, or raising max_standby_streaming_delay: the lag only gets longer.',
      'Dropping a replication slot: the standby would have to be rebuilt.',
    ],
    settles: settlesFor(view, conflict, blockers),
  };
}

/** The network is not to blame when everything has arrived. */
function receivedText({ standby }: ReplicaView): string[] {
  if (standby === null || standby.flushBytes === null) return [];
  return [
    `The primary sees it ${formatBytes(standby.flushBytes)} behind in receiving and ${standby.replayBytes === null ? 'an unknown amount' : formatBytes(standby.replayBytes)} behind in replaying.`,
  ];
}

function blockerText(session: Session, conflict: Conflict): string {
  const how = conflict === 'snapshot' ? 'holds the oldest snapshot there' : 'is in the way';
  return `pid ${session.pid} (${session.applicationName || (session.user ?? 'no role')}, ${session.state}) ${how}, since ${formatDuration(signalAge(session))}.`;
}

function patienceText({ status }: ReplicaView): string {
  const { patienceSeconds } = status;
  return patienceSeconds < 0
    ? 'PostgreSQL waits for it for ever (max_standby_streaming_delay is -1).'
    : `PostgreSQL cancels it by itself once replay is ${formatDuration(patienceSeconds)} late (max_standby_streaming_delay).`;
}

function helpsFor(replica: string, culprit: Culprit | null, blockers: readonly Session[]): string[] {
  return [
    ...(culprit?.kind === 'CronJob' || culprit?.kind === 'Job'
      ? [`Suspend ${culpritName(culprit)}, so that nothing starts the query again.`]
      : []),
    blockers.length === 0
      ? `Find the session on replica ${replica} and cancel it there; replay goes on at once.`
      : `Cancel ${formatCount(blockers.length, 'query', 'queries')} on replica ${replica}, not on the primary; replay goes on at once.`,
    'Afterwards: run such queries on a replica of their own, or set hot_standby_feedback there (the primary then bloats instead).',
  ];
}

function settlesFor({ status }: ReplicaView, conflict: Conflict, blockers: readonly Session[]): string[] {
  if (blockers.length === 0) {
    return [
      `Who is in the way on ${status.replica}: look at its sessions that are in a transaction, oldest first.`,
    ];
  }
  return conflict === 'snapshot'
    ? ['Whether younger sessions block too: replay goes on after the cancel, or waits for the next one.']
    : [];
}
