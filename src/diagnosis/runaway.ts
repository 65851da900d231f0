import { culpritName } from '../domain/cause.ts';
import { formatCount, formatDuration, formatShare } from '../domain/format.ts';
import { attributionStrength } from './attribution.ts';
import type { DiagnosisFacts } from './facts.ts';
import { groupByOwner, type OwnedSessions } from './owners.ts';
import { describeCpu, describeSlots, type Pressure } from './pressure.ts';
import { isWorking, oldest, secondsInState } from './sessions.ts';

/** A statement younger than this may be ordinary traffic that the load slows down; seconds. */
const LONG_UNDER_PRESSURE = 3;
/** Without pressure, only a statement older than this is worth a word; seconds. */
const LONG_WITHOUT_PRESSURE = 60;
/** Share of the long work that the heaviest owner must have to be named. */
const MAJORITY = 0.5;

/** The owner of most of the long-running work, with what speaks for it. */
export interface Runaway {
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
  return {
    owner,
    confidence: confidenceOf(owner, share, pressure, pressed),
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

const strengthBonus = { strong: 0.15, medium: 0.08, weak: 0, none: -0.1 };

function confidenceOf(owner: OwnedSessions, share: number, pressure: Pressure, pressed: boolean): number {
  if (!pressed) return 0.35;
  const certain = pressure.cpuSaturated && !pressure.cpuGuessed;
  const base = certain ? 0.65 : pressure.cpuSaturated || pressure.overworked ? 0.55 : 0.5;
  const bonus = strengthBonus[attributionStrength(owner.culprit)] + (share >= 0.8 ? 0.15 : 0.05);
  return Math.round((base + bonus) * 100) / 100;
}
