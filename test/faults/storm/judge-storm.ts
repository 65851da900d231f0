import type { Findings } from '../fault.ts';
import { alertsIn } from './alerts.ts';
import type { Storm, StormCourse } from './run-storm.ts';

/**
 * Megabytes that a storm may add to the process: the 32 MB of alerts that may wait for their transaction, as much again
 * while they are written, the folds of its incidents, and the room that V8 takes before it collects.
 */
const MOST_MEGABYTES_MORE = 250;
/**
 * Posts keep Slack's pace. Edits, of which each parent has one soon after it was posted, go as Slack takes them: a refusal
 * holds them for as long as it says. More refusals than a few in each minute mean that nobody waits.
 */
const MOST_LIMITED = 15;
/** What a person would call broken, however slow the machine is. */
const LONGEST_DECISION_MS = 5_000;
const LONGEST_HEALTH_MS = 5_000;

/** What of the promises did not hold in a storm. */
export function judgeStorm(course: StormCourse, storm: Storm): Findings {
  const { sent, stored, slack, watched, clicks } = storm;
  const missing = [...sent.acknowledged].filter((key) => !stored.counts.has(key));
  const doubled = [...stored.counts].filter(([, count]) => count > 1).map(([key]) => key);
  const more = watched.mostMegabytes - watched.firstMegabytes;
  const wanted = course.services - course.ignored + 1;
  const slowest = Math.max(...clicks.map(({ decidedMs }) => decidedMs));
  const isWatched = course.killAtMs === null;
  const broken = [
    ...storm.wrong,
    unless(sent.alerts >= alertsIn(course.services), `Only ${sent.alerts} alerts were acknowledged.`),
    unless(doubled.length === 0, `${doubled.length} alerts are stored twice, such as ${doubled[0]}.`),
    unless(
      stored.deliveries >= sent.alerts,
      `${sent.alerts - stored.deliveries} acknowledged deliveries are not counted.`,
    ),
    unless(stored.unreasoned === 0, `${stored.unreasoned} alerts are settled without a reason.`),
    unless(
      stored.doubleIncidents.length === 0,
      `Two incidents were open at once for ${stored.doubleIncidents.join(', ')}.`,
    ),
    unless(stored.openIncidents === wanted, `${stored.openIncidents} incidents are open, not ${wanted}.`),
    unless(slack.limited <= MOST_LIMITED, `Slack refused ${slack.limited} calls as too many.`),
    unless(
      clicks.length >= (isWatched ? 2 : 1),
      `Only ${clicks.length} clicks led to a decision while the storm lasted.`,
    ),
    unless(slowest < LONGEST_DECISION_MS, `A decision took ${Math.round(slowest)} ms.`),
    unless(
      !isWatched || (watched.unhealthy === 0 && Math.max(...watched.health) < LONGEST_HEALTH_MS),
      `${watched.unhealthy} of the looks at /healthz failed, the slowest took ${Math.round(Math.max(...watched.health))} ms.`,
    ),
    unless(!isWatched || more < MOST_MEGABYTES_MORE, `The process grew by ${more} MB.`),
    unless(
      !isWatched || parentsInOrder(storm),
      'Parents were not posted in the order in which incidents were opened.',
    ),
  ].filter((problem) => problem !== null);
  return {
    outcome: `${stored.rows} stored, settled ${(storm.settledMs / 1000).toFixed(1)} s after, ${slack.parents} of ${wanted} parents, ${clicks.length} decisions`,
    lostAlerts: missing.length + stored.unsettled,
    doubleEffects: 0,
    orphans: slack.twice.length,
    broken,
  };
}

function unless(holds: boolean, problem: string): string | null {
  return holds ? null : problem;
}

/** Nobody waits for a parent while one that was opened later, by more than one transaction opens at once, is served. */
function parentsInOrder({ stored: { parents } }: Storm): boolean {
  const posted = parents.flatMap(({ ts }, place) => (ts === null ? [] : [{ place, ts: Number(ts) }]));
  const inTime = posted.toSorted((a, b) => a.ts - b.ts);
  return inTime.every(({ place }, turn) => Math.abs(place - turn) <= NEIGHBOURS);
}

const NEIGHBOURS = 40;
