import type { Stage } from '../stage/stage.ts';

/** An innocent that is watched: what was done to it is harm. */
export interface RunningDecoy {
  /** In words, such as `the base backup`. */
  readonly what: string;
  /** The role that it alone logs in as. */
  readonly role: string;
  /** What its own client noticed, in words; empty while it is left alone. */
  readonly noticed: () => readonly string[];
}

/** Starts an innocent and returns when it is at work. Without anything to watch when its pods are in the cluster. */
export type StartDecoy = (stage: Stage) => Promise<RunningDecoy | null>;
