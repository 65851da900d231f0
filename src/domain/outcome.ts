import { z } from 'zod';
import { Cause } from './cause.ts';
import { Json } from './json.ts';
import { Fact } from './plan.ts';
import { Situation } from './situation.ts';

/** A table that people read in a result; every row has as many cells as there are columns. */
export const Table = z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) });
export type Table = z.infer<typeof Table>;

/** A measured line over time. */
export const Series = z.object({
  name: z.string(),
  unit: z.string(),
  /** The most that it can be, such as the slots there are; absent where there is no such thing. */
  limit: z.number().optional(),
  /** Pairs of milliseconds since the epoch and value, in time order. */
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Series = z.infer<typeof Series>;

/** What a step did. */
export const Outcome = z.object({
  /** One sentence: what was done or found. */
  summary: z.string(),
  done: z.array(z.object({ target: z.string(), detail: z.string() })),
  skipped: z.array(z.object({ target: z.string(), reason: z.string() })),
  facts: z.array(Fact),
  table: Table.nullable(),
  /** Causes in order of confidence, from steps that diagnose; empty from the others. */
  causes: z.array(Cause),
  /** What verify, undo and later steps need; typed by the step kind. */
  data: Json,
});
export type Outcome = z.infer<typeof Outcome>;

/** What measurement says about the outcome. */
export const Verdict = z.object({
  status: z.enum(['passed', 'failed', 'inconclusive']),
  /** One sentence with numbers. */
  evidence: z.string(),
  series: z.array(Series),
  /** What passing means for the incident as a whole. */
  milestone: z.enum(['mitigated', 'recovered']).nullable(),
  /** Id of an earlier step that a person should go back to, or null. */
  goBackTo: z.string().nullable(),
  /** When it did not pass: what is known, what is not, what was done, and what helps by hand. */
  situation: Situation.optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** Where a long step is; replaces the previous one, is shown live and is not journaled. */
export const Progress = z.object({
  text: z.string(),
  series: z.array(Series),
  /** True when it was noticed after the step had stopped for a person. */
  afterwards: z.boolean().optional(),
});
export type Progress = z.infer<typeof Progress>;
