import { z } from 'zod';
import { draftOf } from '../parts.ts';
import {
  changeExtension,
  DROP,
  ExtensionChange,
  ExtensionChanged,
  extensionTarget,
  notAllowed,
  recheckExtension,
  reconcileExtension,
  verifyExtension,
} from '../shared/query-statistics/change.ts';
import { defineStep, type EarlierStep } from '../step-kind.ts';

/** Takes back what postgres.enable-query-statistics has created in this run. */
export const step = defineStep({
  kind: 'postgres.disable-query-statistics',
  title: 'Drop the extension that this run created',
  description:
    'DROP EXTENSION pg_stat_statements, if a step of this run has created it. Nothing that depends on it is dropped with it. The library stays loaded.',
  needs: ['databases'],
  actionClass: 'session',
  params: z.strictObject({}),
  target: ExtensionChange,
  data: ExtensionChanged,
  undo: {
    impossible: 'Go back to the step that had created it: it makes a new plan. What was counted is lost.',
  },
  async plan(ctx) {
    const now = await ctx.ports.databases.queryStatistics(ctx.incident.database, ctx.signal);
    const ours = ctx.earlier.some(isCreation);
    const wanted = ours && now.created;
    if (wanted && !now.allowed) throw notAllowed(DROP);
    return draftOf({
      summary: 'Drop the extension pg_stat_statements from this database.',
      impact: 'Whoever reads the view gets an error. Firebreak tells less of what ran before.',
      undo: 'Go back to the step that had created it: it makes a new plan. What was counted is lost.',
      wontSolve: [],
      targets: wanted
        ? extensionTarget({ create: false, serverStart: now.serverStart }, 'A step of this run created it.')
        : [],
      commands: wanted ? [{ label: 'in this database', language: 'sql' as const, text: DROP }] : [],
      nothingToDo: wanted
        ? null
        : ours
          ? 'The extension is gone already.'
          : 'No step of this run has created the extension.',
    });
  },
  recheck: async (ctx, { targets }) => await recheckExtension(ctx, targets),
  execute: async (ctx, { targets }) => await changeExtension(ctx, targets),
  reconcile: async (ctx, { targets }) => await reconcileExtension(ctx, targets),
  verify: async (ctx, { targets }) => await verifyExtension(ctx, targets),
});

function isCreation({ kind, begunAt, plan }: EarlierStep): boolean {
  return kind === 'postgres.enable-query-statistics' && begunAt !== null && plan.targets.length > 0;
}
