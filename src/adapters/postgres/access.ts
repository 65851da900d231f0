import type { Membership, PostgresAccess } from '../../domain/access.ts';
import { describeError } from '../../domain/errors.ts';
import type { SecretText, Settings } from './config.ts';
import { breakGlass, endClient, openClient } from './connect.ts';
import { explainError } from './errors.ts';
import { accessSql } from './sql/access.ts';
import type { StandingSession } from './standing-session.ts';

interface AccessRow {
  version: number;
  in_recovery: boolean;
  role: string;
  database: string;
  superuser: boolean;
  memberships: Record<string, Membership>;
  hidden: number;
  max_connections: number;
  superuser_reserved: number;
  reserved: number;
  database_limit: number | null;
  role_limit: number | null;
  may_connect_aside: boolean | null;
  libraries: string | null;
  statements: boolean;
  may_resume: boolean;
  query_size: number;
  encrypted: boolean | null;
  clock_ms: number;
}

/** Reads what the role may do and see over its standing session, or null when the statement gave no row. */
export async function readAccess(
  session: StandingSession,
  { server, target }: { readonly server: string; readonly target: string },
): Promise<Omit<PostgresAccess, 'breakGlass'> | null> {
  const sentAt = Date.now();
  const [row] = await session.query<AccessRow>(accessSql, []);
  const answeredAt = Date.now();
  if (row === undefined) return null;
  return {
    server,
    versionNumber: row.version,
    inRecovery: row.in_recovery,
    role: row.role,
    database: target,
    superuser: row.superuser,
    memberships: row.memberships,
    hiddenSessions: row.hidden,
    maxConnections: row.max_connections,
    superuserReserved: row.superuser_reserved,
    reserved: row.reserved,
    databaseLimit: row.database_limit,
    roleLimit: row.role_limit,
    mayConnectAside: row.may_connect_aside ?? false,
    statements: {
      loaded: row.libraries === null ? null : row.libraries.includes('pg_stat_statements'),
      created: row.statements,
      libraries: row.libraries ?? '',
    },
    mayResumeReplay: row.may_resume,
    querySize: row.query_size,
    encrypted: row.encrypted,
    clock: {
      aheadMs: Math.round(row.clock_ms - (sentAt + answeredAt) / 2),
      uncertainMs: Math.ceil((answeredAt - sentAt) / 2),
    },
  };
}

/** Opens the connection of the last resort for a moment: a password that has expired shows before it is needed. */
export async function tryBreakGlass(
  url: SecretText | null,
  settings: Settings,
): Promise<PostgresAccess['breakGlass']> {
  if (url === null) return 'not-configured';
  const way = breakGlass(url);
  try {
    await endClient(await openClient(way, settings));
    return 'works';
  } catch (error) {
    const where = { database: 'of the last resort', server: 'replication', ...way };
    const { message, hint } = describeError(explainError(error, where));
    return { problem: message, hint };
  }
}
