import { formatBytes, formatCount } from '../../domain/format.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, describeSlots } from '../pressure.ts';

/** The honest answer when no rule has enough evidence: what was gathered, and no proposal. */
export const rule: CauseRule = {
  kind: 'unknown',
  detect(facts, pressure) {
    return {
      kind: 'unknown',
      title: 'The cause is not known',
      confidence: 0,
      evidence: [
        `Connections: ${describeSlots(facts)}.`,
        `CPU: ${describeCpu(facts)}.`,
        `${formatCount(pressure.lockWaiting, 'session')} waiting for locks.`,
        ...describeWaits(facts),
        ...describeLag(facts),
        ...facts.gaps.map((gap) => `Not read: ${gap}`),
      ],
      rootSessions: [],
      culprit: null,
      settles: [],
      helps: ['List the long queries and look at the recent deployments, then decide by hand.'],
      wontHelp: ['Acting on a guess: killing or suspending the wrong thing makes the outage worse.'],
    };
  },
};

function describeWaits({ snapshot }: DiagnosisFacts): string[] {
  const waits = snapshot.waits.slice(0, 3).map(({ type, event, backends }) => `${backends} ${type}/${event}`);
  return waits.length === 0 ? [] : [`Active sessions by wait event: ${waits.join(', ')}.`];
}

function describeLag({ snapshot }: DiagnosisFacts): string[] {
  return snapshot.standbys.map(
    ({ applicationName, replayBytes }) =>
      `Standby ${applicationName}: ${replayBytes === null ? 'lag unknown' : `${formatBytes(replayBytes)} behind`}.`,
  );
}
