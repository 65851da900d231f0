import { attribute, attributionStrength } from '../diagnosis/attribution.ts';
import { isLockWaiter, signalAge } from '../diagnosis/sessions.ts';
import { culpritName } from '../domain/cause.ts';
import type { ClusterFacts } from '../domain/cluster.ts';
import type { SessionNow } from '../domain/live.ts';
import type { Session } from '../domain/snapshot.ts';

/** A session with its owner. */
export function sessionNow(session: Session, cluster: ClusterFacts): SessionNow {
  const culprit = attribute(session, cluster);
  return {
    pid: session.pid,
    ageSeconds: signalAge(session),
    state: isLockWaiter(session) ? 'waits for a lock' : session.state,
    owner: culprit.kind === 'unknown' ? 'unknown' : culpritName(culprit),
    certainty: attributionStrength(culprit),
    user: session.user,
    application: session.applicationName,
    sql: session.sql,
  };
}
