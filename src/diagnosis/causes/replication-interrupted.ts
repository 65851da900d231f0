import { formatBytes, formatCount, formatDuration } from '../../domain/format.ts';
import { isSilent } from '../../domain/lag.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { BESIDE_PRESSURE, isPressed, replicaViews } from '../replicas.ts';

/** Bytes written and not even sent from which the way to a standby is in doubt. */
const UNSENT_BYTES = 64 * 1024 * 1024;
/** An idle primary sends at least every 30 s (wal_sender_timeout / 2); seconds. */
const NOTHING_RECEIVED_SECONDS = 60;

/**
 * The log does not reach a standby: it is down, its connection is lost, or one end is frozen. Measured: with a frozen
 * receiver the lag columns went on to show 0.1 ms; only the age of the last reply and the unsent bytes tell.
 */
export const rule: CauseRule = {
  kind: 'replication-interrupted',
  detect(facts, pressure) {
    const broken = [...seenByStandbys(facts), ...missing(facts), ...seenByPrimary(facts)];
    if (broken.length === 0) return null;
    const names = [...new Set(broken.map(({ name }) => name))];
    return {
      kind: 'replication-interrupted',
      title: `The log of the primary does not reach ${names.join(', ')}`,
      confidence: isPressed(pressure) ? BESIDE_PRESSURE : 0.85,
      evidence: broken.map(({ text }) => text),
      rootSessions: [],
      culprit: null,
      helps: [
        `Look whether ${names.join(', ')} runs, and whether it reaches the primary (network, password, pg_hba.conf, slot).`,
        'Read the end of its log: it says why it does not connect, or that a segment has already been removed.',
        'A frozen receiver: a person ends the walreceiver process of that standby, which then connects anew.',
      ],
      wontHelp: [
        'Killing queries: replay is not what waits.',
        'Dropping its slot: what it has not received yet would be removed, and it would have to be rebuilt.',
      ],
      settles: ['pg_stat_wal_receiver on the standby and pg_stat_replication on the primary, side by side.'],
    };
  },
};

interface Broken {
  readonly name: string;
  readonly text: string;
}

function seenByStandbys(facts: DiagnosisFacts): Broken[] {
  return replicaViews(facts).flatMap(({ status: { replica, receiver } }): Broken[] => {
    if (receiver === null) {
      return [{ name: replica, text: `Replica ${replica} runs, but receives from no primary.` }];
    }
    const silent = receiver.silentSeconds ?? 0;
    if (silent < NOTHING_RECEIVED_SECONDS) return [];
    return [
      { name: replica, text: `Replica ${replica} has received nothing for ${formatDuration(silent)}.` },
    ];
  });
}

/** Replicas that did not answer Firebreak, when the primary has fewer standbys than there should be. */
function missing({ snapshot, replicas, expectedReplicas }: DiagnosisFacts): Broken[] {
  const expected = expectedReplicas ?? [];
  const connected = snapshot.standbys.filter(({ kind }) => kind === 'standby');
  const unread = expected.filter((name) => !replicas.some(({ replica }) => replica === name));
  if (connected.length >= expected.length) return [];
  return unread
    .filter((name) => !connected.some(({ applicationName }) => applicationName === name))
    .map((name) => ({
      name,
      text: `Replica ${name} does not answer, and the primary has ${formatCount(connected.length, 'standby', 'standbys')} of ${expected.length}.`,
    }));
}

function seenByPrimary({ snapshot }: DiagnosisFacts): Broken[] {
  return snapshot.standbys.flatMap((standby): Broken[] => {
    const { applicationName: name, kind, sendBytes, replyAgeSeconds } = standby;
    if (kind !== 'standby') return [];
    if (isSilent(standby)) {
      const text = `Standby ${name} has not answered the primary for ${formatDuration(replyAgeSeconds ?? 0)}; its lag columns are not to be believed.`;
      return [{ name, text }];
    }
    if ((sendBytes ?? 0) < UNSENT_BYTES) return [];
    return [{ name, text: `${formatBytes(sendBytes ?? 0)} are written and not even sent to ${name}.` }];
  });
}
