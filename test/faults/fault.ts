/** What holds the state of Firebreak in a fault: a server of its own, or one by URL. */
export type StateOf = 'embedded' | 'postgres';

/** What was found when everything had come to rest after a fault. */
export interface Findings {
  /** How it ended, in one short line, such as `closed 4.1 s after the restart`. */
  readonly outcome: string;
  /** Alerts that were acknowledged and led to nothing. */
  readonly lostAlerts: number;
  /** Effects on the world that happened twice. */
  readonly doubleEffects: number;
  /** Messages in the channel that belong to nothing, or that still ask what is long decided. */
  readonly orphans: number;
  /** Every other promise that was broken, in words; empty when all held. */
  readonly broken: readonly string[];
  /** True when what should go wrong did not: the outcome says why, and the fault counts neither as held nor as broken. */
  readonly untried?: boolean;
}

/** One thing that goes wrong at one place. */
export interface Fault {
  /** What goes wrong, such as `kill -9`. */
  readonly fault: string;
  /** Where or when, such as `after commit of decision.recorded`. */
  readonly boundary: string;
  readonly state: StateOf;
  /**
   * Lets it happen on real parts and waits until everything has come to rest. A throw counts as broken.
   * @param lane Number of the lane that it runs in, from 0: faults of one lane never run at the same time.
   */
  run(lane: number): Promise<Findings>;
}

/** What a run of the matrix was asked for. */
export interface Choice {
  readonly states: readonly StateOf[];
  /** Where a family has many faults of one kind, the most that are taken of it, spread evenly; null for all. */
  readonly sample: number | null;
}

/** Faults of one kind with the parts that they share; one file of `families/`. */
export interface Family {
  readonly name: string;
  /** How many faults may run at once. */
  readonly lanes: number;
  /** Starts what the faults share, which ends with the stack, and lists them. */
  open(stack: AsyncDisposableStack, choice: Choice): Promise<readonly Fault[]>;
}

/** Nothing was found. */
export function held(outcome: string): Findings {
  return { outcome, lostAlerts: 0, doubleEffects: 0, orphans: 0, broken: [] };
}

/** At most so many of a long list, evenly over it; all of them for null. */
export function spread<T>(all: readonly T[], most: number | null): readonly T[] {
  if (most === null || all.length <= most) return all;
  const step = all.length / most;
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).slice(0, most);
}

export function isHeld({ lostAlerts, doubleEffects, orphans, broken, untried = false }: Findings): boolean {
  return !untried && lostAlerts + doubleEffects + orphans + broken.length === 0;
}
