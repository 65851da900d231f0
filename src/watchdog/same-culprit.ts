import { withoutHost } from '../diagnosis/through-pooler.ts';
import type { WatchdogTarget } from '../domain/watchdog.ts';

/** What a culprit is known again by. */
export type Mark = Pick<WatchdogTarget, 'owner' | 'queryId' | 'user' | 'application' | 'sql'>;

/** Whether two sessions are of one culprit: of the same workload, or running the same query for the same program. */
export function isSameCulprit(one: Mark, other: Mark): boolean {
  if (one.owner !== null && one.owner.key === other.owner?.key) return true;
  if (one.user !== other.user || withoutHost(one.application) !== withoutHost(other.application))
    return false;
  return one.queryId !== null && other.queryId !== null
    ? one.queryId === other.queryId
    : one.sql === other.sql;
}
