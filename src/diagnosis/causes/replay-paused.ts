import type { Cause } from '../../domain/cause.ts';
import { formatBytes, formatDuration } from '../../domain/format.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import {
  BESIDE_PRESSURE,
  bytesBehind,
  isPressed,
  type ReplicaView,
  replicaViews,
  smallerParameters,
} from '../replicas.ts';

/** Replay on a standby was stopped: by a person, by a recovery target, or by PostgreSQL itself. */
export const rule: CauseRule = {
  kind: 'replay-paused',
  detect(facts, pressure) {
    const [worst] = replicaViews(facts)
      .filter(({ status }) => status.replayPaused)
      .sort((a, b) => bytesBehind(b) - bytesBehind(a));
    if (worst === undefined) return null;
    const sure = bytesBehind(worst) > 0 ? 0.9 : 0.6;
    return causeOf(facts, worst, isPressed(pressure) ? Math.min(sure, BESIDE_PRESSURE) : sure);
  },
};

function causeOf({ snapshot }: DiagnosisFacts, view: ReplicaView, confidence: number): Cause {
  const { status } = view;
  const { replica } = status;
  const small = view.snapshot === null ? [] : smallerParameters(snapshot, view.snapshot);
  return {
    kind: 'replay-paused',
    title: `Replay on replica ${replica} is paused`,
    confidence,
    evidence: [
      `pg_is_wal_replay_paused() is true on ${replica}; ${formatBytes(bytesBehind(view))} wait to be replayed.`,
      ...(status.replaySeconds === null || bytesBehind(view) === 0
        ? []
        : [`The last transaction that it shows is ${formatDuration(status.replaySeconds)} old.`]),
      ...(status.recoveryTarget === null
        ? []
        : [`It has a recovery target: ${status.recoveryTarget}. It stopped there.`]),
      ...small.map((text) => `PostgreSQL may have paused it itself: ${text}.`),
    ],
    rootSessions: [],
    server: replica,
    culprit: null,
    helps: helpsFor(view, small),
    wontHelp: [
      'Killing sessions, on the primary or on the standby: none of them holds replay.',
      'Restarting the standby: it loses its readers, and nobody knows afterwards why it was paused.',
    ],
    settles: [
      'Who paused it and what for: ask before resuming. Somebody may hold it at this moment to save data that was deleted on the primary.',
      `The log of ${replica} says when ("recovery has paused") and, for too small parameters, why.`,
    ],
  };
}

function helpsFor({ status }: ReplicaView, small: readonly string[]): string[] {
  if (status.recoveryTarget !== null) {
    return [
      `Let whoever set the recovery target of ${status.replica} decide: resuming would end the recovery and make it a primary.`,
    ];
  }
  if (small.length > 0) {
    return [
      `Raise on ${status.replica}: ${small.join('; ')}. Then restart it. Resuming instead would shut it down.`,
    ];
  }
  return [
    `Resume replay on ${status.replica}, once it is clear that nobody needs the pause.`,
    'Then watch its bytes fall.',
  ];
}
