import type { Clock } from '../../ports/clock.ts';
import type { Claim, Dirty } from './dirty.ts';
import type { OutboxAction } from './next-actions.ts';
import { createPacer, LOOKUPS, type Pace, POSTS, UPDATES } from './pacer.ts';
import type { Performed } from './perform.ts';
import { createTurns, type Turns } from './turns.ts';

/** A message is updated at most this often, in milliseconds; the last state always wins. */
const UPDATE_GAP_MS = 1500;
/** A lane in which calls get no answer rests for this long in milliseconds, longer each time. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

const PACES: Readonly<Record<OutboxAction['do'], Pace>> = { post: POSTS, find: LOOKUPS, update: UPDATES };
const UNPACED: Pace = { burst: Number.POSITIVE_INFINITY, perSecond: 1 };

interface Lane {
  readonly pace: Pace;
  readonly turns: Turns;
  /** The incident that is served next, or is being served. */
  reservedFor: Dirty | null;
  failures: number;
}

/** The calls of one method in one channel share a pace, a turn order and their trouble: a lane. One call at a time. */
export interface Lanes {
  /** The lane of an action in a channel. */
  laneOf(action: OutboxAction, channel: string): string;
  /** Milliseconds until the claim may be served, as far as the pace goes. */
  wait(claim: Claim): number;
  /** Whose turn it is in a lane that is free now; null when it is not, or nobody can be served. */
  winner(lane: string, claims: readonly Claim[]): Claim | null;
  reserve(lane: string, dirty: Dirty): void;
  release(lane: string, dirty: Dirty): void;
  /** Whether this incident may be served in the lane, against the others that wait. */
  admits(own: Claim, others: readonly Claim[]): boolean;
  /** Counts a call that begins. */
  begin(claim: Claim, action: OutboxAction, others: readonly Claim[]): void;
  /** Notes how it ended. */
  end(claim: Claim, performed: Performed): void;
}

export function createLanes(clock: Clock): Lanes {
  const pacer = createPacer();
  const lanes = new Map<string, Lane>();

  function laneNamed(name: string, kind?: OutboxAction['do']): Lane {
    const pace = PACES[kind ?? 'post'];
    const lane = lanes.get(name) ?? { pace, turns: createTurns(), reservedFor: null, failures: 0 };
    lanes.set(name, lane);
    return lane;
  }

  function laneOf(action: OutboxAction, channel: string): string {
    const name = `${action.do}:${channel}`;
    laneNamed(name, action.do);
    return name;
  }

  const waitAt = (now: number, claim: Claim): number =>
    Math.max(
      pacer.wait(claim.message, UNPACED, now),
      pacer.wait(claim.lane, laneNamed(claim.lane).pace, now),
    );
  /** All at one moment: a lane that opens between two of them would belong to whoever was asked last. */
  const ready = (now: number, lane: string, claims: readonly Claim[]): Claim[] =>
    claims.filter((claim) => claim.lane === lane && waitAt(now, claim) === 0);

  return {
    laneOf,
    wait: (claim) => waitAt(clock.steady(), claim),
    winner(name, claims) {
      const lane = laneNamed(name);
      return lane.reservedFor === null ? lane.turns.next(ready(clock.steady(), name, claims)) : null;
    },
    reserve(name, dirty) {
      laneNamed(name).reservedFor = dirty;
    },
    release(name, dirty) {
      const lane = laneNamed(name);
      if (lane.reservedFor === dirty) lane.reservedFor = null;
    },
    admits(own, others) {
      const lane = laneNamed(own.lane);
      const now = clock.steady();
      if (waitAt(now, own) > 0) return false;
      if (lane.reservedFor !== null) return lane.reservedFor === own.incident;
      return lane.turns.next([own, ...ready(now, own.lane, others)]) === own;
    },
    begin(claim, action, others) {
      const lane = laneNamed(claim.lane);
      const now = clock.steady();
      lane.reservedFor = claim.incident;
      lane.turns.served(claim, ready(now, claim.lane, others));
      pacer.spend(claim.lane, lane.pace, now);
      if (action.do === 'update') pacer.hold(claim.message, UPDATE_GAP_MS, now);
    },
    end(claim, performed) {
      const lane = laneNamed(claim.lane);
      const now = clock.steady();
      if (lane.reservedFor === claim.incident) lane.reservedFor = null;
      lane.failures = performed.status === 'unknown' ? lane.failures + 1 : 0;
      if (performed.status === 'limited') pacer.hold(claim.lane, performed.retryAfterMs, now);
      if (performed.status === 'later') pacer.hold(claim.message, performed.ms, now);
      if (performed.status !== 'unknown') return;
      const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (lane.failures - 1));
      pacer.hold(claim.lane, rest, now);
      pacer.hold(claim.message, FIRST_REST_MS, now);
    },
  };
}
