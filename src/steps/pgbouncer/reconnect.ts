import { z } from 'zod';
import { planPatiently } from '../plan-patiently.ts';
import { defineStep } from '../step-kind.ts';
import { Data, Identity } from './reconnect/contract.ts';
import { executeReconnect } from './reconnect/execute.ts';
import { planReconnect } from './reconnect/plan.ts';
import { recheckReconnect, reconcileReconnect } from './reconnect/recheck.ts';
import { verifyReconnect } from './reconnect/verify.ts';

const Params = z.strictObject({
  proofSeconds: z
    .int()
    .min(1)
    .max(120)
    .default(30)
    .describe('How long the old connections may take to go and the clients to be served; seconds'),
});

/** Lets PgBouncer give up its connections to a server that is not the primary. */
export const step = defineStep({
  kind: 'pgbouncer.reconnect',
  title: 'Let PgBouncer reconnect',
  description:
    'Sends RECONNECT for the databases of PgBouncer whose server connections are no sessions of the primary, and proves that they are gone and that nobody waits. Free connections close at once, those in use when their clients let go.',
  needs: ['databases', 'poolers', 'workloads'],
  actionClass: 'session',
  params: Params,
  target: Identity,
  data: Data,
  undo: { impossible: 'Not needed: PgBouncer opens its connections anew by itself.' },
  plan: (ctx) => planPatiently(ctx, async () => planReconnect(ctx)),
  recheck: recheckReconnect,
  execute: executeReconnect,
  reconcile: reconcileReconnect,
  verify: verifyReconnect,
});
