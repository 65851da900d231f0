import { z } from 'zod';
import { defineStep } from '../step-kind.ts';
import { Data, Identity } from './resume/contract.ts';
import { executeResume } from './resume/execute.ts';
import { planResume } from './resume/plan.ts';
import { recheckResume, reconcileResume } from './resume/recheck.ts';
import { verifyResume } from './resume/verify.ts';

const Params = z.strictObject({
  proofSeconds: z
    .int()
    .min(1)
    .max(120)
    .default(30)
    .describe('How long the clients that waited may take to be served; seconds'),
});

/** Ends a pause that nobody ended. */
export const step = defineStep({
  kind: 'pgbouncer.resume',
  title: 'Resume PgBouncer',
  description:
    'Sends RESUME to what of a PgBouncer is paused, once the primary answers and takes writes, and proves that the clients are served.',
  needs: ['databases', 'poolers'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: {
    impossible:
      'Firebreak never says PAUSE, which holds up all new work; a person may say it on the console.',
  },
  plan: planResume,
  recheck: recheckResume,
  execute: executeResume,
  reconcile: reconcileResume,
  verify: verifyResume,
});
