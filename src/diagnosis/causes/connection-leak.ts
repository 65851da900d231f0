import { culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration, formatShare } from '../../domain/format.ts';
import type { SessionGroup } from '../../domain/snapshot.ts';
import { attribute, culpritKey } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { mergeCulprits } from '../owners.ts';
import { describeCpu, describeSlots } from '../pressure.ts';

/** Share of the used slots that one owner's idle sessions must have. */
const MAJORITY = 0.5;
/** Idle sessions younger than this are a reconnect storm or a full pool at work, no leak; seconds. */
const OLD = 60;

/** Idle sessions of one program fill the slots. Measured: 69 of 75 were one service's, with no CPU in use. */
export const rule: CauseRule = {
  kind: 'connection-leak',
  detect(facts, pressure) {
    if (!pressure.slotsTight) return null;
    const leak = heaviestIdleOwner(facts);
    if (leak === null) return null;
    const { culprit, backends, oldestSeconds, addresses } = leak;
    const share = backends / Math.max(1, facts.snapshot.slots.used);
    if (share < MAJORITY || oldestSeconds < OLD) return null;
    const name = culpritName(culprit);
    return {
      kind: 'connection-leak',
      title: `Idle connections of ${name} fill the slots`,
      confidence: pressure.cpuSaturated ? 0.5 : share >= 0.8 ? 0.9 : 0.75,
      evidence: [
        `Connections: ${describeSlots(facts)}.`,
        `${name} holds ${formatCount(backends, 'idle connection')} from ${formatCount(addresses, 'address', 'addresses')}: ${formatShare(share)} of all, the oldest idle for ${formatDuration(oldestSeconds)}.`,
        `CPU: ${describeCpu(facts)}.`,
        ...culprit.evidence.map(({ text }) => text),
      ],
      rootSessions: [],
      culprit,
      settles: [],
      helps: [
        `Roll back or restart ${name}: only that stops the leak.`,
        'As a stopgap, terminate its idle sessions, oldest first.',
        `Give its role a CONNECTION LIMIT, so that it cannot take the slots of the others.`,
      ],
      wontHelp: [
        'Killing long queries: there are none behind this.',
        'Killing everybody’s idle sessions: healthy pools reconnect at once.',
        'Raising max_connections: the leak fills it too, after a restart.',
      ],
    };
  },
};

function heaviestIdleOwner({ snapshot, cluster }: DiagnosisFacts) {
  const idle = snapshot.groups
    .filter((group) => group.state === 'idle')
    .map((group) => ({ group, culprit: attribute({ ...group, tags: {} }, cluster) }));
  const owners = Map.groupBy(idle, ({ culprit }) => culpritKey(culprit));
  const sums = [...owners.values()].map((members) => ({
    culprit: mergeCulprits(
      members.map(({ group, culprit }) => ({
        culprit,
        address: group.clientAddress,
        sessions: group.backends,
      })),
      cluster,
    ),
    ...sumUp(members.map(({ group }) => group)),
  }));
  return sums.sort((a, b) => b.backends - a.backends)[0] ?? null;
}

function sumUp(groups: readonly SessionGroup[]) {
  return {
    backends: groups.reduce((sum, { backends }) => sum + backends, 0),
    oldestSeconds: groups.reduce((most, { oldestSeconds }) => Math.max(most, oldestSeconds ?? 0), 0),
    addresses: new Set(groups.map(({ clientAddress }) => clientAddress)).size,
  };
}
