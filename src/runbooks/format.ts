import { z } from 'zod';
import { Purpose } from '../domain/runbook.ts';
import { RemindForm } from './remind.ts';

const Name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens');
const Text = z.string().trim().min(1, 'expected some text');

/** One step as it stands in the file; its params are checked by its step kind. */
export const StepForm = z.strictObject({
  id: Name.max(40).describe('Unique within the runbook'),
  kind: z.string().describe('Which step kind does it'),
  title: Text.describe('What people read on the card'),
  byHand: Text.describe('What to do by hand when the bot is down'),
  for: z
    .array(Name)
    .default([])
    .describe('Causes that it is for, as the diagnosis names them; for every cause when left out'),
  params: z.record(z.string(), z.unknown()).default({}).describe('Parameters of the step kind'),
  confirm: z
    .enum(['none', 'one', 'two'])
    .default('one')
    .describe('How many people approve: none only for kinds that only read, two for two different people'),
  remind: RemindForm.optional().describe('When people are reminded of this decision, where it differs'),
});

/** A runbook as it stands in the file. */
export const RunbookForm = z.strictObject({
  id: Name.max(60).describe('Unique among the runbooks'),
  title: Text,
  summary: Text.describe('What it is for, in a sentence or two'),
  purpose: Purpose.default('incident').describe(
    'What it is for: an outage, or to prevent one. Runbooks of prevention are started by people only',
  ),
  alerts: z.array(Text).default([]).describe('Alert names (label alertname) that start it'),
  default: z
    .boolean()
    .default(false)
    .describe('Starts when a person names no runbook; true in one runbook at most'),
  planValidMinutes: z
    .number()
    .gt(0)
    .max(120)
    .default(10)
    .describe('Minutes for which a plan on the screen may be approved'),
  remind: RemindForm.default({}).describe('When people are reminded of a decision that waits'),
  steps: z.array(StepForm).min(1).max(50),
});
export type RunbookForm = z.infer<typeof RunbookForm>;
