import { z } from 'zod';
import { Command, Fact } from './plan.ts';

/** What a person has to know when something could not be read or done. Every text is one plain sentence. */
export const Situation = z.object({
  /** What was measured or read, each with its time. */
  known: z.array(Fact),
  /** What is not known, and why. */
  unknown: z.array(z.string()),
  /** What was done to the world, and what was not. */
  done: z.array(z.string()),
  /** Lines for a terminal that help now, in the order in which to try them. */
  next: z.array(Command),
});
export type Situation = z.infer<typeof Situation>;

/** Two situations of the same moment as one, or undefined when there is nothing to say. */
export function mergeSituations(...parts: (Partial<Situation> | undefined)[]): Situation | undefined {
  const merged: Situation = {
    known: parts.flatMap((part) => part?.known ?? []),
    unknown: parts.flatMap((part) => part?.unknown ?? []),
    done: parts.flatMap((part) => part?.done ?? []),
    next: parts.flatMap((part) => part?.next ?? []),
  };
  return Object.values(merged).every((list) => list.length === 0) ? undefined : merged;
}
