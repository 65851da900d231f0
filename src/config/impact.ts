import { z } from 'zod';
import { SecretRef } from '../domain/secret-ref.ts';

/** What an incident did to the service, as one number over its time. */
export const ImpactEntry = z
  .strictObject({
    name: z.string().min(1).describe('How people call it, such as "orders delayed".'),
    unit: z.string().default('').describe('What is counted, such as orders.'),
    promql: z
      .string()
      .min(1)
      .optional()
      .describe(
        'PromQL that gives one value, asked once at the end; $window is the length of the incident, $step a resolution for subqueries.',
      ),
    sql: z
      .string()
      .min(1)
      .optional()
      .describe(
        'One SELECT that gives one number; $1 and $2 are when the incident began and ended. It runs on the first replica.',
      ),
    url: SecretRef.optional().describe(
      'postgresql:// URL of another server for this SQL, such as a warehouse.',
    ),
  })
  .refine(({ promql, sql }) => (promql === undefined) !== (sql === undefined), {
    error: 'needs either promql or sql',
  });

/** Each question needs somewhere to be asked; SQL is never sent to the primary by itself. */
export function needsPlace(
  database: {
    readonly impact: readonly z.infer<typeof ImpactEntry>[];
    readonly replicas: readonly unknown[];
    readonly prometheus?: unknown;
  },
  context: z.RefinementCtx,
): void {
  const miss = (index: number, message: string) =>
    context.addIssue({ code: 'custom', path: ['impact', index], message });
  database.impact.forEach(({ promql, sql, url }, index) => {
    if (promql !== undefined && database.prometheus === undefined)
      miss(index, 'promql needs prometheus of this database');
    if (sql !== undefined && url === undefined && database.replicas.length === 0)
      miss(index, 'sql needs a replica of this database, or a url of its own: it is not run on the primary');
  });
}
