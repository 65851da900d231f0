import { type Cause, culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, formatShare } from '../../domain/format.ts';
import type { CauseRule } from '../cause-rule.ts';
import { describeRollout } from '../deployment-words.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, describeSlots } from '../pressure.ts';
import { explainIdleSlots, openedSinceRollout, type SlotHolder } from '../slot-holders.ts';

/** From this share on there is hardly anybody else whose pool could be too big. */
const NEARLY_ALL = 0.8;
/** No pool of one pod is that big on purpose. */
const HUGE_FOR_ONE = 30;

/** Idle sessions of one program fill the slots. Measured: 69 of 75 were one service's, with no CPU in use. */
export const rule: CauseRule = {
  kind: 'connection-leak',
  detect(facts, pressure) {
    const found = explainIdleSlots(facts, pressure);
    if (found?.kind !== 'leak') return null;
    const { holder } = found;
    const share = holder.idle / Math.max(1, facts.snapshot.slots.used);
    const clear = share >= NEARLY_ALL || holder.mostFromOne >= HUGE_FOR_ONE;
    return leakOf(holder, facts, {
      share,
      confidence: pressure.cpuSaturated ? 0.5 : share >= NEARLY_ALL ? 0.9 : clear ? 0.8 : 0.7,
      clear,
    });
  },
};

function leakOf(
  holder: SlotHolder,
  facts: DiagnosisFacts,
  { share, confidence, clear }: { share: number; confidence: number; clear: boolean },
): Cause {
  const { culprit, idle, addresses, oldestIdleSeconds, deployment } = holder;
  const name = culpritName(culprit);
  const rollout = describeRollout(holder);
  const since = openedSinceRollout(holder);
  return {
    kind: 'connection-leak',
    title: `Idle connections of ${name} fill the slots`,
    confidence,
    evidence: [
      `Connections: ${describeSlots(facts)}.`,
      `${name} holds ${formatCount(idle, 'idle connection')} from ${formatCount(addresses, 'address', 'addresses')}: ${formatShare(share)} of all, the oldest idle for ${formatDuration(oldestIdleSeconds)}.`,
      `CPU: ${describeCpu(facts)}.`,
      ...(rollout === null || !since ? [] : [`${rollout} All of these connections were opened since.`]),
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: [],
    culprit,
    settles: [
      ...(clear
        ? []
        : [`The pool size that ${name} is configured with: more connections than that is a leak.`]),
      ...(deployment === null
        ? [
            `When ${name} was deployed last.`,
            ...facts.cluster.deploymentGaps.map((gap) => `Not read: ${gap}`),
          ]
        : []),
    ],
    helps: [
      since
        ? `Roll ${name} back to the revision before: only that stops the leak.`
        : `Roll back or restart ${name}: only that stops the leak.`,
      'As a stopgap, terminate its idle sessions, oldest first.',
      `Give its role a CONNECTION LIMIT, so that it cannot take the slots of the others.`,
    ],
    wontHelp: [
      'Killing long queries: there are none behind this.',
      'Killing everybody’s idle sessions: healthy pools reconnect at once.',
      'Raising max_connections: the leak fills it too, after a restart.',
    ],
  };
}
