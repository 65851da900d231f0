import type { Incident, StepAttempt } from '../domain/incident.ts';
import type { Mark } from './chart.ts';

/** What a step kind did, as one word beside its rule. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.suspend-cronjob', 'suspended'],
  ['kubernetes.suspend-job', 'job stopped'],
  ['kubernetes.resume-cronjob', 'resumed'],
  ['kubernetes.scale-deployment', 'scaled'],
  ['kubernetes.rollback-deployment', 'rolled back'],
  ['postgres.kill-queries', 'killed'],
  ['postgres.end-blockers', 'blockers ended'],
  ['postgres.terminate-idle', 'idle ended'],
  ['postgres.cancel-on-replica', 'cancelled'],
  ['postgres.resume-replay', 'replay resumed'],
  ['postgres.set-timeout', 'timeout set'],
  ['postgres.set-connection-limit', 'limit set'],
  ['postgres.shed-load', 'load shed'],
  ['postgres.restore-load', 'load let in'],
  ['postgres.restore-setting', 'restored'],
  ['pgbouncer.reconnect', 'reconnected'],
  ['pgbouncer.resume', 'pool resumed'],
]);

/** Alert, cause, what people decided to change, recovery: oldest first. */
export function marksOf(incident: Incident): Mark[] {
  const points: readonly (readonly [string, string | null])[] = [
    ['alert', incident.openedAt],
    ['cause', incident.causeAt],
    ['recovered', incident.recoveredAt],
  ];
  const steps = incident.runs.flatMap(({ attempts }) => attempts.flatMap(markOf));
  const milestones = points.flatMap(([label, at]) => (at === null ? [] : [{ at: Date.parse(at), label }]));
  return [...milestones, ...steps].sort((one, other) => one.at - other.at);
}

/** Only what changed the world: reading is no mark. */
function markOf({ step, decision, outcome, times }: StepAttempt): Mark[] {
  const changed = decision?.by.kind === 'person' && outcome !== null && outcome.done.length > 0;
  const label = WORDS.get(step.kind);
  if (!changed || label === undefined || times.intendedAt === undefined) return [];
  return [{ at: Date.parse(times.intendedAt), label }];
}
