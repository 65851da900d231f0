import { culpritName } from '../domain/cause.ts';
import { formatCount, formatDuration, formatShare } from '../domain/format.ts';
import { attributionStrength } from './attribution.ts';
import type { DiagnosisFacts } from './facts.ts';
import { interactiveTool } from './interactive-tools.ts';
import { groupByOwner, type OwnedSessions } from './owners.ts';
import { describeCpu, describeSlots, type Pressure } from './pressure.ts';
import { isWorking, oldest, secondsInState } from './sessions.ts';

/** A statement younger than this may be ordinary traffic that the load slows down; seconds. */
const LONG_UNDER_PRESSURE = 3;
/** Without pressure, only a statement older than this is worth a word; seconds. */
const LONG_WITHOUT_PRESSURE = 60;
/** Share of the long work that the heaviest owner must have to be named. */
const MAJORITY = 0.5;
/** Share of the used slots that the owner must hold to be the reason why they are tight. */
const SLOTS_EXPLAINED = 0.3;
/** Confidence in long work while nothing is under pressure. */
const WITHOUT_PRESSURE = 0.35;

/** Who starts such work, which decides what helps: a schedule, somebody who types queries, or a service. */
export type RunawayOf = 'batch' | 'interactive' | 'application';

/** The owner of most of the long-running work, with what speaks for it. */
export interface Runaway {
  readonly of: RunawayOf;
  readonly owner: OwnedSessions;
  readonly confidence: number;
  readonly evidence: string[];
}

/** Finds the owner of the long statements that load the server, or null when there is no such majority. */
export function findRunaway(facts: DiagnosisFacts, pressure: Pressure): Runaway | null {
  const pressed = pressure.cpuSaturated || pressure.slotsTight || pressure.overworked;
  const threshold = pressed ? LONG_UNDER_PRESSURE : LONG_WITHOUT_PRESSURE;
  const long = facts.snapshot.sessions.filter(
    (session) => isWorking(session) && secondsInState(session) >= threshold,
  );
  const owners = groupByOwner(long, facts.cluster);
  const [owner] = owners;
  if (owner === undefined) return null;
  const share = owner.load / owners.reduce((sum, { load }) => sum + load, 0);
  if (share < MAJORITY) return null;
  // Under pressure, work that is too little for it merely runs at the same time.
  if (pressed && !explains(owner, facts, pressure)) return null;
  return {
    of: startedBy(owner),
    owner,
    confidence: pressed ? confidenceOf(owner, share, pressure) : WITHOUT_PRESSURE,
    evidence: [
      `${culpritName(owner.culprit)} runs ${formatCount(owner.sessions.length, 'long query', 'long queries')} for up to ${formatDuration(oldest(owner.sessions))}: ${formatShare(share)} of all long work.`,
      `CPU: ${describeCpu(facts)}.`,
      `Connections: ${describeSlots(facts)}.`,
      ...(pressed
        ? []
        : ['Neither the CPU, nor the connection slots, nor the disks are under visible pressure now.']),
    ],
  };
}

/** Whether the work is enough to be the pressure, and does not merely run at the same time. */
function explains(
  { load, sessions }: OwnedSessions,
  { snapshot }: DiagnosisFacts,
  pressure: Pressure,
): boolean {
  const working = snapshot.sessions.filter(isWorking).length;
  return (
    (pressure.cpuSaturated && load >= MAJORITY * Math.min(snapshot.onCpu, Math.max(working, 1))) ||
    (pressure.overworked && snapshot.cores !== null && load > snapshot.cores) ||
    (pressure.slotsTight && sessions.length >= SLOTS_EXPLAINED * snapshot.slots.used)
  );
}

/** A pod of a Job runs what its Job says, also when that is psql; elsewhere the program tells whether people type in it. */
function startedBy({ culprit, sessions }: OwnedSessions): RunawayOf {
  if (culprit.kind === 'CronJob' || culprit.kind === 'Job') return 'batch';
  const typed = sessions.filter(({ applicationName }) => interactiveTool(applicationName) !== null);
  return culprit.kind === 'person' || typed.length * 2 > sessions.length ? 'interactive' : 'application';
}

const strengthBonus = { strong: 0.15, medium: 0.08, weak: 0, none: -0.1 };

function confidenceOf(owner: OwnedSessions, share: number, pressure: Pressure): number {
  const certain = pressure.cpuSaturated && !pressure.cpuGuessed;
  const base = certain ? 0.65 : pressure.cpuSaturated || pressure.overworked ? 0.55 : 0.5;
  const bonus = strengthBonus[attributionStrength(owner.culprit)] + (share >= 0.8 ? 0.15 : 0.05);
  return Math.round((base + bonus) * 100) / 100;
}
