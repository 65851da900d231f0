import { measurePressure } from '../../../diagnosis/pressure.ts';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../../domain/format.ts';
import { isSilent } from '../../../domain/lag.ts';
import { type LoadReading, readingOf } from '../../../domain/load.ts';
import type { Pooler } from '../../../domain/pooler.ts';
import type { ReplicaStatus } from '../../../domain/replica.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { Params } from './contract.ts';

/** One reading judged by the recovery contract. */
export interface Sample extends LoadReading {
  /** What is still high, in words; empty means quiet. */
  readonly high: readonly string[];
  /** What could not be judged, in words. */
  readonly blind: readonly string[];
}

/** What judging needs beside the snapshot. */
export interface Surroundings {
  /** CPU share of 0 to 1 from metrics, used when the cores are unknown. */
  readonly cpu: number | null;
  /** How many standbys the configuration expects. */
  readonly expectedStandbys: number;
  /** The configured replicas as they see themselves, or in words why one could not be read. */
  readonly replicas: readonly (ReplicaStatus | string)[];
  /** The pools of each PgBouncer, or in words why they could not be read. */
  readonly poolers: readonly (PoolReading | string)[];
  /** What of the cause is still there, and which objectives of the service do not hold, in words. */
  readonly besides: readonly string[];
}

export type PoolReading = Pick<Pooler, 'name' | 'pools' | 'databases'>;

/** Judges a reading. Pure. */
export function judge(snapshot: Snapshot, around: Surroundings, params: Params, at: number): Sample {
  const cpu = judgeCpu(snapshot, around.cpu, params);
  const { slotShare, lockWaiting } = measurePressure({ snapshot, cpu: null });
  const standbys = snapshot.standbys.filter(({ kind }) => kind === 'standby');
  const high = [
    ...(snapshot.inRecovery ? ['the server that answers is in recovery, a standby and not the primary'] : []),
    ...(slotShare < params.slotShareBelow
      ? []
      : [`slots ${formatShare(slotShare)} (below ${formatShare(params.slotShareBelow)} wanted)`]),
    ...cpu.high,
    ...(lockWaiting < params.waitersBelow
      ? []
      : [`${lockWaiting} lock waiters (below ${params.waitersBelow} wanted)`]),
    ...judgeLag(standbys, around, params),
    ...readReplicas(around).flatMap(judgeReplica),
    ...judgeSlots(snapshot, params),
    ...around.poolers.flatMap((reading) => judgePooler(reading, params)),
    ...around.besides,
  ];
  return {
    ...readingOf(snapshot, at),
    poolWaiting: waitingClients(around.poolers),
    cpuShare: around.cpu,
    high,
    blind: [...cpu.blind, ...around.replicas.filter((replica) => typeof replica === 'string')],
  };
}

function judgeCpu({ onCpu, cores }: Snapshot, share: number | null, { onCpuPerCoreBelow }: Params) {
  const value = cores === null ? share : onCpu / cores;
  if (value === null) return { high: [], blind: ['CPU: neither the cores nor a metric are known'] };
  const name =
    cores === null ? `CPU ${formatShare(value)}` : `${value.toFixed(1)} on-CPU sessions for each core`;
  return {
    high: value < onCpuPerCoreBelow ? [] : [`${name} (below ${onCpuPerCoreBelow} wanted)`],
    blind: [],
  };
}

/**
 * The database may be well while clients still wait: after a failed login PgBouncer tries again only after
 * server_login_retry, 15 s unless told. One that cannot be read is not quiet, because its clients may not get through.
 */
function judgePooler(reading: PoolReading | string, { poolWaitSecondsBelow }: Params): string[] {
  if (typeof reading === 'string') return [reading];
  const { name, databases, pools } = reading;
  return [
    ...databases
      .filter(({ paused }) => paused)
      .map((database) => `database ${database.name} of PgBouncer ${name} is paused`),
    ...pools
      .filter((pool) => pool.clientsWaiting > 0 && pool.maxWaitSeconds >= poolWaitSecondsBelow)
      .map(
        (pool) =>
          `${formatCount(pool.clientsWaiting, 'client')} waiting in PgBouncer ${name} (${pool.database}), the first for ${formatDuration(pool.maxWaitSeconds)} (below ${formatDuration(poolWaitSecondsBelow)} wanted)`,
      ),
  ];
}

function waitingClients(readings: readonly (PoolReading | string)[]): number | null {
  const pools = readings.flatMap((reading) => (typeof reading === 'string' ? [] : reading.pools));
  return readings.length === 0 ? null : pools.reduce((sum, { clientsWaiting }) => sum + clientsWaiting, 0);
}

function readReplicas({ replicas }: Surroundings): ReplicaStatus[] {
  return replicas.flatMap((replica) => (typeof replica === 'string' ? [] : replica));
}

/** Bytes as the primary counts them are the truth; a silent or missing standby is broken, not quiet. */
function judgeLag(standbys: Snapshot['standbys'], around: Surroundings, { lagBytesBelow }: Params): string[] {
  const { expectedStandbys: expected } = around;
  const missing = expected - standbys.length;
  const late = readReplicas(around).filter(({ applyDelaySeconds }) => applyDelaySeconds > 0);
  return [
    ...(missing > 0 ? [`${missing} of ${expected} standbys not connected`] : []),
    ...standbys.flatMap((standby) => {
      if (isSilent(standby)) return [`standby ${standby.applicationName} is silent`];
      const bytes = standby.replayBytes;
      if (bytes === null) return [`lag of standby ${standby.applicationName} unknown`];
      const onPurpose = late.some(({ replica }) => replica === standby.applicationName);
      return bytes < lagBytesBelow || bytes === 0 || onPurpose
        ? []
        : [
            `standby ${standby.applicationName} ${formatBytes(bytes)} behind (below ${formatBytes(lagBytesBelow)} wanted)`,
          ];
    }),
  ];
}

/** What the primary does not see: nothing is behind yet, and yet nothing would be replayed. */
function judgeReplica({ replica, inRecovery, replayPaused }: ReplicaStatus): string[] {
  return inRecovery && replayPaused ? [`replay on ${replica} is paused`] : [];
}

function judgeSlots({ slotsRetaining }: Snapshot, { slotRetainedBytesBelow: below }: Params): string[] {
  if (below === null) return [];
  return slotsRetaining
    .filter(({ retainedBytes }) => (retainedBytes ?? 0) >= below)
    .map(
      ({ name, retainedBytes }) =>
        `slot ${name} keeps ${formatBytes(retainedBytes ?? 0)} of log (below ${formatBytes(below)} wanted)`,
    );
}
