import { describeError } from '../../../domain/errors.ts';
import type { Pooler } from '../../../domain/pooler.ts';
import type { StepContext } from '../../step-kind.ts';

type Ctx = Pick<StepContext, 'signal'> & { readonly ports: Partial<StepContext['ports']> };

/** Reads every PgBouncer in front of a database; one that cannot be read is a gap in words. */
export async function readPoolers(
  { ports: { poolers }, signal }: Ctx,
  database: string | null,
): Promise<{ poolers: Pooler[]; gaps: string[] }> {
  if (poolers === undefined || database === null) return { poolers: [], gaps: [] };
  const readings = await Promise.all(
    poolers.names(database).map(async (name) => {
      try {
        return await poolers.read(database, name, signal);
      } catch (error) {
        signal.throwIfAborted();
        return `PgBouncer ${name}: ${describeError(error).message}`;
      }
    }),
  );
  const read = readings.filter((reading) => typeof reading !== 'string');
  return {
    poolers: read,
    gaps: [...readings.filter((reading) => typeof reading === 'string'), ...read.flatMap(({ gaps }) => gaps)],
  };
}
