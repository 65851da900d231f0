import { z } from 'zod';
import type { Command } from '../../domain/plan.ts';
import type { QueryStatistics } from '../../ports/remedies.ts';
import { draftOf } from '../parts.ts';
import {
  CREATE,
  changeExtension,
  ExtensionChange,
  ExtensionChanged,
  extensionTarget,
  notAllowed,
  recheckExtension,
  reconcileExtension,
  verifyExtension,
} from '../shared/query-statistics/change.ts';
import { type Draft, defineStep } from '../step-kind.ts';

/** Creates pg_stat_statements, so that the next outage has a past to be compared with. */
export const step = defineStep({
  kind: 'postgres.enable-query-statistics',
  title: 'Count how long each statement takes',
  description:
    'Remedy: CREATE EXTENSION pg_stat_statements where the library is loaded with the server. Where it is not, the plan has the lines for the configuration and says that a restart is needed, which it does not do.',
  needs: ['databases'],
  actionClass: 'session',
  params: z.strictObject({}),
  target: ExtensionChange,
  data: ExtensionChanged,
  undo: { stepKind: 'postgres.disable-query-statistics' },
  async plan(ctx) {
    const now = await ctx.ports.databases.queryStatistics(ctx.incident.database, ctx.signal);
    const wanted = now.available && now.loaded && !now.created;
    if (wanted && !now.allowed) throw notAllowed(CREATE);
    return draft(now, wanted);
  },
  recheck: async (ctx, { targets }) => await recheckExtension(ctx, targets),
  execute: async (ctx, { targets }) => await changeExtension(ctx, targets),
  reconcile: async (ctx, { targets }) => await reconcileExtension(ctx, targets),
  verify: async (ctx, { targets }) => await verifyExtension(ctx, targets),
});

function draft(now: QueryStatistics, wanted: boolean): Draft<ExtensionChange> {
  const preload = preloadLines(now);
  return draftOf({
    summary: 'Create the extension pg_stat_statements in this database.',
    impact:
      'Nobody notices it. The server keeps times of up to 5000 statements in memory, for every database.',
    undo: 'A later step drops the extension; what was counted is lost then.',
    wontSolve: ['What ran before is not known; counting begins when the library is loaded.'],
    targets: wanted
      ? extensionTarget(
          { create: true, serverStart: now.serverStart },
          'The library is loaded, and the extension is missing here.',
        )
      : [],
    commands: wanted ? [{ label: 'in this database', language: 'sql', text: CREATE }] : preload,
    nothingToDo: wanted ? null : nothingToDo(now, preload),
  });
}

function nothingToDo({ available, loaded, created }: QueryStatistics, preload: readonly Command[]): string {
  if (!available)
    return 'The server has no files of pg_stat_statements. Install them first (package postgresql-contrib).';
  if (loaded && created) return 'pg_stat_statements is loaded and created already.';
  const lines = preload.map(({ text }) => text).join(' ');
  return `pg_stat_statements is not loaded with the server. That needs a restart of the primary, which Firebreak does not do. As a superuser: ${lines} Then restart the server at a quiet time, and run this step again.`;
}

/** The lines that load the library with the next start, beside those that are loaded already. */
function preloadLines({ loaded, libraries }: QueryStatistics): Command[] {
  if (loaded) return [];
  const names = [...(libraries ?? '').split(','), 'pg_stat_statements']
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '');
  const list = [...new Set(names)].map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  return [
    {
      label:
        'as a superuser; takes effect with a restart. On a managed service set it in the parameter group',
      language: 'sql',
      text: `ALTER SYSTEM SET shared_preload_libraries = ${list};`,
    },
  ];
}
