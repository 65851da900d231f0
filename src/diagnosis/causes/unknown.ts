import { formatBytes, formatCount, utcTime } from '../../domain/format.ts';
import { postgresMillis } from '../../domain/postgres-time.ts';
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
        ...describeHolders(facts),
        ...describeTrend(facts),
        ...describeLag(facts),
        ...facts.gaps.map((gap) => `Not read: ${gap}`),
      ],
      rootSessions: [],
      culprit: null,
      settles: [
        ...(facts.history.length === 0
          ? ['A second diagnosis in half a minute: what rises, what ages and what passes shows only then.']
          : []),
        ...(facts.snapshot.cores === null && facts.cpu === null
          ? ['The cores of the server (databases[].cores): without them a count of busy sessions is no load.']
          : []),
        ...(facts.gaps.length > 0 ? ['What could not be read; see the evidence.'] : []),
      ],
      helps: ['List the long queries and look at the recent deployments, then decide by hand.'],
      wontHelp: ['Acting on a guess: killing or suspending the wrong thing makes the outage worse.'],
    };
  },
};

/** Who holds most of the connections. */
function describeHolders({ snapshot }: DiagnosisFacts): string[] {
  const byName = Map.groupBy(
    snapshot.groups,
    ({ applicationName, user }) => applicationName || (user ?? 'unknown'),
  );
  const held = [...byName]
    .map(([name, groups]) => ({ name, backends: groups.reduce((sum, { backends }) => sum + backends, 0) }))
    .sort((a, b) => b.backends - a.backends)
    .slice(0, 3);
  const words = held.map(({ name, backends }) => `${name} ${backends}`).join(', ');
  return held.length === 0 ? [] : [`Most connections: ${words}.`];
}

/** How the slots in use and the sessions on a CPU moved since the oldest reading. */
function describeTrend({ snapshot, history }: DiagnosisFacts): string[] {
  const [oldest] = history;
  if (oldest === undefined) return [];
  const at = utcTime(new Date(postgresMillis(oldest.at)));
  return [
    `Since ${at}: connections ${oldest.slots.used} → ${snapshot.slots.used}, sessions that want a CPU ${oldest.onCpu} → ${snapshot.onCpu}.`,
  ];
}

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
