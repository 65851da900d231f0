import { type Cause, isLikely } from '../domain/cause.ts';
import type { CauseRule } from './cause-rule.ts';
import { rule as antiWraparoundVacuum } from './causes/anti-wraparound-vacuum.ts';
import { rule as connectionLeak } from './causes/connection-leak.ts';
import { rule as connectionStorm } from './causes/connection-storm.ts';
import { rule as contention } from './causes/contention.ts';
import { rule as idleInTransaction } from './causes/idle-in-transaction.ts';
import { rule as idlePools } from './causes/idle-pools.ts';
import { rule as lockQueue } from './causes/lock-queue.ts';
import { rule as nothingWrong } from './causes/nothing-wrong.ts';
import { rule as pgbouncerDeadServers } from './causes/pgbouncer-dead-servers.ts';
import { rule as pgbouncerPaused } from './causes/pgbouncer-paused.ts';
import { rule as pgbouncerSaturated } from './causes/pgbouncer-saturated.ts';
import { rule as planFlip } from './causes/plan-flip.ts';
import { rule as preparedTransaction } from './causes/prepared-transaction.ts';
import { rule as replayConflict } from './causes/replay-conflict.ts';
import { rule as replayPaused } from './causes/replay-paused.ts';
import { rule as replicaOverloaded } from './causes/replica-overloaded.ts';
import { rule as replicationInterrupted } from './causes/replication-interrupted.ts';
import { rule as replicationSlotRetaining } from './causes/replication-slot-retaining.ts';
import { rule as rowLockConvoy } from './causes/row-lock-convoy.ts';
import { rule as runawayApplicationQuery } from './causes/runaway-application-query.ts';
import { rule as runawayBatchQuery } from './causes/runaway-batch-query.ts';
import { rule as runawayInteractiveQuery } from './causes/runaway-interactive-query.ts';
import { rule as unknown } from './causes/unknown.ts';
import type { DiagnosisFacts } from './facts.ts';
import { measurePressure } from './pressure.ts';

/** The order in which equally confident causes are believed: locks, idle transactions, CPU, idle slots. */
export const causeRules: readonly CauseRule[] = [
  antiWraparoundVacuum,
  preparedTransaction,
  pgbouncerPaused,
  pgbouncerDeadServers,
  lockQueue,
  idleInTransaction,
  rowLockConvoy,
  planFlip,
  pgbouncerSaturated,
  runawayBatchQuery,
  runawayInteractiveQuery,
  runawayApplicationQuery,
  contention,
  connectionLeak,
  connectionStorm,
  idlePools,
  replayPaused,
  replayConflict,
  replicationInterrupted,
  replicaOverloaded,
  replicationSlotRetaining,
  nothingWrong,
];

/**
 * Explains what the facts show, most confident cause first. Never empty: when no rule has evidence, the
 * one cause is `unknown` with confidence 0 and what was gathered.
 */
export function diagnose(facts: DiagnosisFacts): Cause[] {
  const pressure = measurePressure(facts);
  const causes = causeRules
    .flatMap((rule) => rule.detect(facts, pressure) ?? [])
    .sort((a, b) => b.confidence - a.confidence);
  const wrong = causes.filter((cause) => cause.kind !== 'nothing-wrong' && isLikely(cause));
  const honest = wrong.length > 0 ? causes.filter(({ kind }) => kind !== 'nothing-wrong') : causes;
  return honest.length > 0 ? honest : [unknown.detect(facts, pressure)].flatMap((cause) => cause ?? []);
}
