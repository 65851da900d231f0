import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeCpu, describeSlots, type Pressure } from '../pressure.ts';
import { isWorking, secondsInState } from '../sessions.ts';

/** Below this share of the slots nobody is refused soon. */
const SLOTS_FINE = 0.7;
const CPU_FINE = 0.7;
/** A statement older than this deserves a look before the server is called healthy; seconds. */
const LONG = 60;
/** Unreplayed bytes above which a standby is behind: 64 MiB. */
const LAG_BYTES = 64 * 1024 * 1024;

/** Everything that was measured is quiet; the trouble is over or lies elsewhere. */
export const rule: CauseRule = {
  kind: 'nothing-wrong',
  detect(facts, pressure) {
    if (!isQuiet(facts, pressure)) return null;
    const blind = facts.snapshot.cores === null && facts.cpu === null;
    return {
      kind: 'nothing-wrong',
      title: 'Nothing is wrong on this server now',
      confidence: blind || facts.gaps.length > 0 ? 0.6 : 0.9,
      evidence: [
        `Connections: ${describeSlots(facts)}.`,
        `CPU: ${describeCpu(facts)}.`,
        `Nobody waits for long: ${pressure.lockWaiting} lock waiters.`,
        ...facts.gaps.map((gap) => `Not read: ${gap}`),
      ],
      rootSessions: [],
      culprit: null,
      settles: [],
      helps: [
        'Look at the side of the clients: pool size and acquire timeout, PgBouncer (SHOW POOLS), network, DNS.',
        'If the alert is over, close the incident.',
      ],
      wontHelp: ['Killing sessions or suspending CronJobs: nothing on this server is their doing now.'],
    };
  },
};

function isQuiet({ snapshot, cpu, replicas }: DiagnosisFacts, pressure: Pressure): boolean {
  const long = snapshot.sessions.some((session) => isWorking(session) && secondsInState(session) >= LONG);
  const lagging =
    snapshot.standbys.some(({ replayBytes }) => (replayBytes ?? 0) > LAG_BYTES) ||
    replicas.some(({ replayBytes, replayPaused }) => replayPaused || (replayBytes ?? 0) > LAG_BYTES);
  return (
    pressure.slotShare < SLOTS_FINE &&
    (pressure.onCpuPerCore ?? 0) < CPU_FINE &&
    (cpu?.value ?? 0) < CPU_FINE &&
    !pressure.cpuSaturated &&
    pressure.lockWaiting === 0 &&
    !long &&
    !lagging
  );
}
