import { z } from 'zod';
import type { ChangedSettings, StagedChange } from '../../../domain/setting.ts';
import { outcomeOf } from '../../parts.ts';
import { Params as Recovery } from '../../shared/recovery/contract.ts';
import type { Approved, OutcomeOf, StepContext } from '../../step-kind.ts';

export const Params = Recovery.extend({
  stages: z
    .array(z.int().min(1).max(100))
    .min(1)
    .max(10)
    .default([25, 50])
    .describe('Percent of what the role had, one after the other; the last step is always all of it'),
  quietSamples: z.int().min(1).max(100).default(5).describe('Quiet samples in a row before the next step'),
  timeoutMinutes: z
    .number()
    .min(0.1)
    .max(30)
    .default(2)
    .describe('Minutes that each step has to become quiet; then the valve is closed again'),
});
export type Params = z.output<typeof Params>;
export type Ctx = StepContext<'databases' | 'poolers' | 'metrics'>;
export type ApprovedOpening = Approved<typeof Params, StagedChange>;
export type OpeningOutcome = OutcomeOf<ChangedSettings>;

export function openingOutcome(
  changes: ChangedSettings['changes'],
  done: OpeningOutcome['done'],
  skipped: OpeningOutcome['skipped'],
): OpeningOutcome {
  const texts = [
    ...done.map(({ target, detail }) => `${target}: ${detail}.`),
    ...skipped.map(({ target, reason }) => `${target}: ${reason}`),
  ];
  return outcomeOf({ summary: texts.join(' '), done, skipped, data: { changes } });
}
