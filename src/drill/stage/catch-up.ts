import { FirebreakError } from '../../domain/errors.ts';
import { until } from '../until.ts';
import { withSession } from '../victim/connection.ts';
import type { Servers } from './servers.ts';

const WITHIN_MS = 30_000;

/** Waits until the replica, if there is one, has what was just made on the primary: a database, a role. */
export async function replicaCatchesUp(
  { primary, replica }: Pick<Servers, 'primary' | 'replica'>,
  signal: AbortSignal,
): Promise<void> {
  if (replica === undefined) return;
  const written = await withSession(primary.url(), async (client) => {
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
    return rows[0]?.lsn;
  });
  const there = await withSession(replica.url(), (client) =>
    until(
      async () => {
        const { rows } = await client.query<{ there: boolean }>(
          'select pg_last_wal_replay_lsn() >= $1::pg_lsn as there',
          [written],
        );
        return rows[0]?.there === true;
      },
      WITHIN_MS,
      signal,
    ),
  );
  if (!there)
    throw new FirebreakError('drill-symptom', `The replica did not catch up within ${WITHIN_MS / 1000} s.`, {
      hint: 'This machine may be too busy: try again.',
    });
}
