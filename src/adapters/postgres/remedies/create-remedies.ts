import type { Client, QueryResultRow } from 'pg';
import type { Remedied, Remedies } from '../../../ports/remedies.ts';
import type { Parameter } from '../literal.ts';
import { captureSql } from '../sql/capture.ts';
import { indexesToDropSql, indexSiteSql } from '../sql/indexes.ts';
import { queryStatisticsSql } from '../sql/query-statistics.ts';
import type { StandingSession } from '../standing-session.ts';
import { readHeavyStatements } from '../statements.ts';
import { createPublication, createSlot, dropPublication, dropSlot, toCaptureReadout } from './capture.ts';
import { build, type DroppableRow, drop, type SiteRow, toDroppable, toSite } from './indexes.ts';
import { changeQueryStatistics, type QueryStatisticsRow, toQueryStatistics } from './query-statistics.ts';
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
export function createRemedies(primary: Primary): Remedies {
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
    ...queryStatisticsOf(primary),
    ...captureOf(primary),
  };
}

type Primary = (name: string, signal: AbortSignal) => RemedyPlace;

/** Statements that take moments. */
const SHORT: Omit<WorkLimits, 'actAs'> = { lockSeconds: 5, statementSeconds: 30 };
/** A slot begins where no transaction of before is open any more: it waits for the longest one. */
const SLOT: WorkLimits = { lockSeconds: 60, statementSeconds: 120, actAs: null };

function queryStatisticsOf(primary: Primary): Pick<Remedies, 'queryStatistics' | 'changeQueryStatistics'> {
  return {
    async queryStatistics(name, signal) {
      const [row] = await primary(name, signal).inTarget(async (session) =>
        session.query<QueryStatisticsRow>(queryStatisticsSql, []),
      );
      if (row === undefined) throw new Error('The server answered with no row.');
      return toQueryStatistics(row);
    },
    async changeQueryStatistics(name, change, signal) {
      const limits = { ...SHORT, actAs: null };
      return await primary(name, signal).work(
        limits,
        async (client) => changeQueryStatistics(client, change),
        signal,
      );
    },
  };
}

function captureOf(
  primary: Primary,
): Pick<Remedies, 'captureReadout' | 'createPublication' | 'createSlot' | 'dropPublication' | 'dropSlot'> {
  const change = async (
    name: string,
    limits: WorkLimits,
    signal: AbortSignal,
    work: (client: Client) => Promise<Remedied>,
  ): Promise<Remedied> => await primary(name, signal).work(limits, work, signal);
  return {
    async captureReadout(name, { publication, slot, tables }, signal) {
      const place = primary(name, signal);
      const [row] = await place.inTarget(async (session) =>
        session.query<{ readout: unknown }>(captureSql, [publication, slot, tables]),
      );
      return toCaptureReadout(row?.readout, place.role);
    },
    async createPublication(name, capture, signal) {
      const limits = { ...SHORT, actAs: capture.tables[0]?.owner ?? null };
      return await change(name, limits, signal, (client) => createPublication(client, capture));
    },
    createSlot: (name, slot, serverStart, signal) =>
      change(name, SLOT, signal, (client) => createSlot(client, slot, serverStart)),
    dropPublication: (name, publication, signal) =>
      change(name, { ...SHORT, actAs: publication.owner }, signal, (client) =>
        dropPublication(client, publication),
      ),
    dropSlot: (name, slot, serverStart, signal) =>
      change(name, SLOT, signal, (client) => dropSlot(client, slot, serverStart)),
  };
}
