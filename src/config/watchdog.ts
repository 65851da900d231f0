import { z } from 'zod';
import { Peak } from '../domain/audit-policy.ts';
import type { WatchdogPolicy } from '../domain/watchdog.ts';
import { namedOnce } from './named-once.ts';

/** Fewer letters than this between its stars, and a pattern means nobody in particular. */
const FEWEST_LETTERS = 3;

const Policy = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower-case letters, digits and dashes')
      .describe('How people call it; the journal names it as who acted.'),
    database: z.string().describe('Name of the database whose primary is watched.'),
    roles: z
      .array(z.string().regex(/^[^*]+$/, 'the exact name of a role; * is not allowed here'))
      .default([])
      .describe('Whose queries may be ended, by exact role. With applications both have to fit.'),
    applications: z
      .array(
        z
          .string()
          .refine(
            (pattern) => pattern.replaceAll(/[^\p{L}\p{N}]/gu, '').length >= FEWEST_LETTERS,
            `at least ${FEWEST_LETTERS} letters or digits beside *, so that it does not mean everybody`,
          ),
      )
      .default([])
      .describe('The same by application_name, where * stands for any text.'),
    olderThan: z.number().min(60).describe('Seconds that a query has to have run; at least 60.'),
    load: z
      .strictObject({
        onCpuPerCore: z
          .number()
          .min(1)
          .optional()
          .describe('More sessions that want a CPU for each core than this.'),
        poolWaiting: z.int().min(0).optional().describe('More clients that wait in PgBouncer than this.'),
      })
      .refine(({ onCpuPerCore, poolWaiting }) => onCpuPerCore !== undefined || poolWaiting !== undefined, {
        error: 'needs onCpuPerCore, poolWaiting, or both',
      })
      .describe('What three looks in a row have to show; one of the two is enough.'),
    onlyIn: Peak.optional().describe('Only in these hours of every day. Default: always.'),
    most: z.int().min(1).max(20).describe('Sessions that it may end in ten minutes.'),
    mode: z
      .enum(['report', 'kill'])
      .default('report')
      .describe('report says what it would end. kill ends it, after the same terms have reported for a day.'),
  })
  .refine(({ roles, applications }) => roles.length + applications.length > 0, {
    error: 'needs roles, applications, or both: whose queries may be ended',
  });
type Policy = z.infer<typeof Policy>;

/** `watchdog` of firebreak.yml. */
export const Watchdog = z.strictObject({
  policies: z
    .array(Policy)
    .superRefine(namedOnce)
    .default([])
    .describe('Standing permissions to end long queries while the database is overloaded.'),
});

interface Named {
  readonly watchdog: z.infer<typeof Watchdog>;
  readonly databases: readonly {
    readonly name: string;
    readonly cores?: number | undefined;
    readonly pgbouncer: readonly unknown[];
  }[];
}

/** Refuses policies that could never act: of databases that are not there, or under a load that nobody can measure. */
export function refuseIdlePolicies({ watchdog, databases }: Named, context: z.RefinementCtx): void {
  for (const [index, { database: name, load }] of watchdog.policies.entries()) {
    const refuse = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path: ['watchdog', 'policies', index, ...path], message });
    const database = databases.find((one) => one.name === name);
    if (database === undefined) {
      refuse(['database'], 'databases has no entry of this name');
      continue;
    }
    if (load.onCpuPerCore !== undefined && database.cores === undefined)
      refuse(['load', 'onCpuPerCore'], `needs the cores of database ${name}`);
    if (load.poolWaiting !== undefined && database.pgbouncer.length === 0)
      refuse(['load', 'poolWaiting'], `needs a pgbouncer of database ${name}`);
  }
}

/** A policy as the watchdog knows it. */
export function resolvePolicy({ name, mode, ...terms }: Policy): WatchdogPolicy {
  return {
    name,
    mode,
    terms: {
      database: terms.database,
      roles: terms.roles,
      applications: terms.applications,
      olderThanSeconds: terms.olderThan,
      load: {
        onCpuPerCore: terms.load.onCpuPerCore ?? null,
        poolWaiting: terms.load.poolWaiting ?? null,
      },
      window: terms.onlyIn ?? null,
      most: terms.most,
    },
  };
}
