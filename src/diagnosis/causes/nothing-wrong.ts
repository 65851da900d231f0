import { formatBytes, formatDuration, utcTime } from '../../domain/format.ts';
import { postgresMillis } from '../../domain/postgres-time.ts';
import type { CauseRule } from '../cause-rule.ts';
import { contended } from '../contended.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { poolViews, waitsLong } from '../pools.ts';
import { describeCpu, describeSlots, measurePressure, type Pressure } from '../pressure.ts';
import { bytesBehind, replicaViews } from '../replicas.ts';
import { isWorking, secondsInState } from '../sessions.ts';

/** Below this share of the slots nobody is refused soon. */
const SLOTS_FINE = 0.7;
const CPU_FINE = 0.7;
/** Lock waiters, and sessions that queue inside PostgreSQL, that are more than a passing moment. */
const WAITERS = 3;
/** A statement older than this deserves a look before the server is called healthy; seconds. */
const LONG = 60;
/** Unreplayed bytes above which a standby is behind: 64 MiB. */
const LAG_BYTES = 64 * 1024 * 1024;

/** Everything that was measured is quiet; the trouble is over or lies elsewhere. */
export const rule: CauseRule = {
  kind: 'nothing-wrong',
  detect(facts, pressure) {
    if (!isQuiet(facts, pressure) || poolViews(facts.poolers).some(waitsLong)) return null;
    const blind = facts.snapshot.cores === null && facts.cpu === null;
    return {
      kind: 'nothing-wrong',
      title: 'Nothing is wrong on this server now',
      confidence: blind || facts.gaps.length > 0 ? 0.6 : 0.9,
      evidence: [
        `Connections: ${describeSlots(facts)}.`,
        `CPU: ${describeCpu(facts)}.`,
        `Nobody waits for long: ${pressure.lockWaiting} lock waiters.`,
        ...describeStandbys(facts),
        ...worstBefore(facts),
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

/** An earlier reading that was not quiet: then it recovered, and is no false alarm. */
function worstBefore({ history }: DiagnosisFacts): string[] {
  const pressed = history.filter((earlier) => {
    const { slotsTight, cpuSaturated, lockWaiting } = measurePressure({ snapshot: earlier, cpu: null });
    return slotsTight || cpuSaturated || lockWaiting >= WAITERS;
  });
  const last = pressed.at(-1);
  if (last === undefined) return [];
  const at = utcTime(new Date(postgresMillis(last.at)));
  return [
    `It recovered: at ${at} it was under pressure (connections: ${describeSlots({ snapshot: last })}; CPU: ${describeCpu({ snapshot: last, cpu: null })}).`,
  ];
}

function isQuiet(facts: DiagnosisFacts, pressure: Pressure): boolean {
  const { snapshot, cpu } = facts;
  const long = snapshot.sessions.some((session) => isWorking(session) && secondsInState(session) >= LONG);
  return (
    pressure.slotShare < SLOTS_FINE &&
    (pressure.onCpuPerCore ?? 0) < CPU_FINE &&
    (cpu?.value ?? 0) < CPU_FINE &&
    !pressure.cpuSaturated &&
    pressure.lockWaiting === 0 &&
    (contended(snapshot)?.backends ?? 0) < WAITERS &&
    !long &&
    !isLagging(facts)
  );
}

/** A standby that is late on purpose (recovery_min_apply_delay) does not lag. */
function isLagging(facts: DiagnosisFacts): boolean {
  const late = replicaViews(facts).filter(({ status }) => status.applyDelaySeconds > 0);
  return (
    facts.snapshot.standbys.some(
      (standby) => (standby.replayBytes ?? 0) > LAG_BYTES && !late.some((view) => view.standby === standby),
    ) ||
    facts.replicas.some(
      ({ applyDelaySeconds, replayBytes, replayPaused }) =>
        replayPaused || (applyDelaySeconds === 0 && (replayBytes ?? 0) > LAG_BYTES),
    )
  );
}

/** Seconds since the last transaction are not lag: they grow while the primary writes nothing. */
function describeStandbys(facts: DiagnosisFacts): string[] {
  return replicaViews(facts).map((view) => {
    const { replica, applyDelaySeconds } = view.status;
    const bytes = bytesBehind(view);
    const late = applyDelaySeconds > 0 ? `, late on purpose by ${formatDuration(applyDelaySeconds)}` : '';
    return `Replica ${replica} has ${bytes === 0 ? 'nothing' : formatBytes(bytes)} to replay${late}.`;
  });
}
