import { z } from 'zod';
import { Json } from './json.ts';
import { REMIND_TIMES, RemindTimes } from './remind-times.ts';

/** One step of a runbook as a run carries it: parsed, with its defaults. */
export const RunbookStep = z.object({
  /** Unique within the runbook. */
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  /** What to do by hand when the bot is down. */
  byHand: z.string(),
  /** Kinds of causes that it is for; empty for every cause. */
  for: z.array(z.string()).default([]),
  params: z.record(z.string(), Json),
  /** How many people approve it; `none` is for steps that only read. */
  confirm: z.enum(['none', 'one', 'two']),
  /** When people are reminded of its decision. */
  remind: RemindTimes.default(REMIND_TIMES),
  /** Whoever asked for the step may not be its only approver. */
  notByAsker: z.boolean().optional(),
});
export type RunbookStep = z.infer<typeof RunbookStep>;

/** What a run is for: an outage, or that none happens. */
export const Purpose = z.enum(['incident', 'prevention']);
export type Purpose = z.infer<typeof Purpose>;

/** A runbook; a run keeps the copy that it started with. */
export const Runbook = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Runbooks of prevention are started by people only, and wait while an incident is open. */
  purpose: Purpose.default('incident'),
  /** Alert names (label alertname) that start it. */
  alerts: z.array(z.string()),
  /** Whether it starts when a person names no runbook. */
  default: z.boolean().default(false),
  /** Minutes for which a plan on the screen may be approved. */
  planValidMinutes: z.number(),
  steps: z.array(RunbookStep).min(1),
  /** SHA-256 of the file. */
  hash: z.string(),
});
export type Runbook = z.infer<typeof Runbook>;
