import pg from 'pg';
import type { RunningDecoy } from './decoy.ts';

/** Keeps what happened to a session that nobody should touch: the error of its statement, or the loss of the connection. */
export function watchClient(
  who: Pick<RunningDecoy, 'what' | 'role'>,
  client: pg.Client,
  work: Promise<unknown>,
): RunningDecoy {
  const noticed: string[] = [];
  client.on('error', (error) => noticed.push(describe(error)));
  work.catch((error: unknown) => noticed.push(describe(error)));
  return { ...who, noticed: () => [...new Set(noticed)] };
}

function describe(error: unknown): string {
  if (error instanceof pg.DatabaseError) return `${error.code ?? 'no code'} ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
