import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { Progress } from '../../domain/outcome.ts';
import type { ProgressBoard } from '../../ports/state.ts';
import { guarded } from './failure.ts';
import { storableJson } from './storable-json.ts';
import type { StateTables } from './tables.ts';

const StepProgress = z.object({ step: z.string(), attempt: z.int(), progress: Progress });

/** One row per incident: where its long step is. */
export function createProgressBoard(db: Kysely<StateTables>): ProgressBoard {
  return {
    put: (incidentId, progress) =>
      guarded(async () => {
        const values = { progress: storableJson(progress), at: sql<string>`clock_timestamp()` };
        await db
          .insertInto('progress')
          .values({ incident_id: incidentId, ...values })
          .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(values))
          .execute();
      }),
    get: (incidentId) =>
      guarded(async () => {
        const row = await db
          .selectFrom('progress')
          .select(['progress', 'at'])
          .where('incident_id', '=', incidentId)
          .executeTakeFirst();
        return row === undefined ? null : { ...StepProgress.parse(row.progress), at: row.at };
      }),
  };
}
