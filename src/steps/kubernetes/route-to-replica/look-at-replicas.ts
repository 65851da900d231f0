import { describeError } from '../../../domain/errors.ts';
import { formatBytes, formatDuration } from '../../../domain/format.ts';
import type { Fact } from '../../../domain/plan.ts';
import type { ReplicaStatus } from '../../../domain/replica.ts';
import type { Ctx, Params } from './contract.ts';

/** What was seen of the replicas through Firebreak's own connections: they serve the database, or they do not answer. */
export interface ReplicaLook {
  readonly facts: Fact[];
  /** Why nothing may be routed there, one sentence each; empty when every replica is well. */
  readonly refusals: string[];
  readonly warnings: string[];
}

/** Asks every configured replica whether it is one, and how far behind it is. */
export async function lookAtReplicas(ctx: Ctx, { maximumLagSeconds }: Params): Promise<ReplicaLook> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const look: ReplicaLook = { facts: [], refusals: [], warnings: [] };
  for (const replica of databases.get(database).replicas) {
    try {
      const status = await databases.replicaStatus(database, replica, ctx.signal);
      look.facts.push({ name: `Replica ${replica}`, value: stateOf(status) });
      look.refusals.push(...refusalsOf(status, maximumLagSeconds));
      look.warnings.push(...warningsOf(status));
    } catch (error) {
      ctx.signal.throwIfAborted();
      look.refusals.push(`Replica ${replica} does not serve ${database}: ${describeError(error).message}`);
    }
  }
  return look;
}

function stateOf({ connectedTo, replaySeconds, replayBytes }: ReplicaStatus): string {
  const seconds = replaySeconds === null ? 'not known' : formatDuration(replaySeconds);
  const bytes = replayBytes === null ? '' : `, ${formatBytes(replayBytes)} to replay`;
  return `serves ${connectedTo}, ${seconds} behind${bytes}`;
}

function refusalsOf(status: ReplicaStatus, most: number): string[] {
  const name = `Replica ${status.replica}`;
  if (!status.inRecovery) return [`${name} is no standby: it takes writes of its own.`];
  return [
    ...(status.replayPaused ? [`${name} has its replay paused: it gets older and older.`] : []),
    ...(status.receiver === null ? [`${name} receives nothing from the primary.`] : []),
    ...(status.applyDelaySeconds > 0
      ? [`${name} lags on purpose by ${formatDuration(status.applyDelaySeconds)} (recovery_min_apply_delay).`]
      : []),
    ...(status.replaySeconds === null ? [`How far ${name} is behind is not known.`] : []),
    ...((status.replaySeconds ?? 0) > most
      ? [`${name} is ${formatDuration(status.replaySeconds ?? 0)} behind, more than ${formatDuration(most)}.`]
      : []),
  ];
}

function warningsOf({ replica, patienceSeconds, cancelledForReplay }: ReplicaStatus): string[] {
  const feedback = 'With hot_standby_feedback on it is not, but the primary keeps old rows meanwhile.';
  return [
    patienceSeconds < 0
      ? `Replica ${replica} waits for queries without end (max_standby_streaming_delay -1): a long report makes it older for everybody.`
      : `Replica ${replica} cancels what blocks replay for ${formatDuration(patienceSeconds)} (${cancelledForReplay} so far): a long report may end with SQLSTATE 40001 and has to be tried again. ${feedback}`,
  ];
}
