import { z } from 'zod';

/** What one question about the impact gave, asked over the time of the incident. */
export const ImpactReading = z.object({
  /** How people call it, such as `orders delayed`. */
  name: z.string(),
  unit: z.string(),
  /** Null when it was not measured. */
  value: z.number().nullable(),
  /** Where it comes from, such as `Prometheus` or `SQL on replica-1`. */
  source: z.string(),
  /** Why there is no value, or null. */
  missing: z.string().nullable(),
});
export type ImpactReading = z.infer<typeof ImpactReading>;

/** A guardrail that was missing when the post-mortem was written, as an audit found it. */
export const Factor = z.object({
  /** Name of the audit that holds it, such as `statement-timeout`. */
  audit: z.string(),
  title: z.string(),
  severity: z.string(),
  /** What it is about, such as `role report_generator`. */
  subject: z.string(),
  evidence: z.string(),
  /** What there is to do about it, such as `Set statement_timeout`. */
  remedy: z.string(),
});
export type Factor = z.infer<typeof Factor>;

/** What is measured when a post-mortem is written, and not before. */
export const Measured = z.object({
  impact: z.array(ImpactReading),
  /** What the audits found, worst first; null when they were not asked. */
  factors: z.array(Factor).nullable(),
  /** Why the audits tell nothing, or not all; empty when they told all. */
  unaudited: z.array(z.string()),
});
export type Measured = z.infer<typeof Measured>;
