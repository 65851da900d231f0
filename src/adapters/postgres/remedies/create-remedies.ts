import type { Client, QueryResultRow } from 'pg';
import type { Remedies } from '../../../ports/remedies.ts';
import type { Parameter } from '../literal.ts';
import { indexesToDropSql, indexSiteSql } from '../sql/indexes.ts';
import type { StandingSession } from '../standing-session.ts';
import { readHeavyStatements } from '../statements.ts';
import { build, type DroppableRow, drop, type SiteRow, toDroppable, toSite } from './indexes.ts';
import type { WorkLimits } from './worker.ts';

/** The part of a server that remedies need. */
export interface RemedyPlace {
  /** Firebreak's own role. */
  readonly role: string;
  /** Reads over the standing session, which has to be in the configured database. */
  inTarget<T>(read: (session: StandingSession) => Promise<T>): Promise<T>;
  /** Changes something on a connection of its own in the configured database. */
  work<T>(limits: WorkLimits, work: (client: Client) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** What remedies do on the primary of a database. */
export function createRemedies(primary: (name: string, signal: AbortSignal) => RemedyPlace): Remedies {
  async function rows<R extends QueryResultRow>(
    place: RemedyPlace,
    sql: string,
    values: readonly Parameter[],
  ): Promise<R[]> {
    return await place.inTarget(async (session) => session.query<R>(sql, values));
  }
  return {
    heavyStatements: async (name, signal) => await primary(name, signal).inTarget(readHeavyStatements),
    async indexSite(name, table, signal) {
      const place = primary(name, signal);
      const [row] = await rows<SiteRow>(place, indexSiteSql, [table]);
      return row === undefined ? null : toSite(row, place.role);
    },
    async buildIndex(name, spec, { lockSeconds }, signal) {
      const limits = { lockSeconds, statementSeconds: null, actAs: spec.owner };
      return await primary(name, signal).work(limits, async (client) => build(client, spec), signal);
    },
    async indexesToDrop(name, indexes, signal) {
      const place = primary(name, signal);
      const found = await rows<DroppableRow>(place, indexesToDropSql, [indexes]);
      return found.map((row) => toDroppable(row, place.role));
    },
    async dropIndex(name, index, { lockSeconds }, signal) {
      const limits = { lockSeconds, statementSeconds: null, actAs: index.owner };
      return await primary(name, signal).work(limits, async (client) => drop(client, index), signal);
    },
  };
}
