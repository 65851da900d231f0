import { z } from 'zod';
import { RelationReadout, ServerReadout } from '../../domain/server-readout.ts';
import { relationReadoutSql, serverReadoutSql } from './sql/readout.ts';
import type { StandingSession } from './standing-session.ts';

/** json_agg is null when there is nothing to aggregate. */
function withoutNulls(row: unknown): unknown {
  const fields = z.record(z.string(), z.unknown()).parse(row);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value ?? empty[name as keyof typeof empty] ?? null]),
  );
}

const empty = {
  settings: {},
  roles: [],
  stored: [],
  extensions: [],
  ages: [],
  publishedWithoutIdentity: [],
  tables: [],
  invalidIndexes: [],
  duplicateIndexes: [],
  unindexedKeys: [],
};

/** Reads how a server is set up, or null when the statement gave no row. */
export async function readServer(session: StandingSession): Promise<ServerReadout | null> {
  const [row] = await session.query<{ readout: unknown }>(serverReadoutSql, []);
  return row === undefined ? null : ServerReadout.parse(withoutNulls(row.readout));
}

/** Reads tables and indexes of the connected database, or null when the statement gave no row. */
export async function readRelations(session: StandingSession): Promise<RelationReadout | null> {
  const [row] = await session.query<{ readout: unknown }>(relationReadoutSql, []);
  return row === undefined ? null : RelationReadout.parse(withoutNulls(row.readout));
}
