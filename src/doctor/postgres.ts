import type { PostgresAccess } from '../domain/access.ts';
import { ident } from '../domain/sql-name.ts';
import { RESERVED_SINCE } from '../grants/postgres.ts';
import type { Verdict } from './check.ts';
import { notApplicable, ok } from './check.ts';
import { sqlRemedy } from './remedies.ts';

/** The major version of a server_version_num. */
export function majorOf(versionNumber: number): number {
  return Math.trunc(versionNumber / 10_000);
}

/** Whether the server keeps slots for roles. */
export function hasReservations({ versionNumber }: Pick<PostgresAccess, 'versionNumber'>): boolean {
  return majorOf(versionNumber) >= RESERVED_SINCE;
}

/** Where a statement for the server is to be run. */
export function where({ server, database }: PostgresAccess, place = database): string {
  const on = server === 'primary' ? 'on the primary' : `on the primary, from where it reaches ${server}`;
  return `as a superuser ${on}, in the database ${place}`;
}

/** The verdict on a membership that is needed. */
export function membershipVerdict(
  access: PostgresAccess,
  group: string,
  grant: (role: string) => string,
): Verdict {
  const { memberships, role, superuser, versionNumber } = access;
  const membership = memberships[group];
  if (superuser) return ok(`${role} is a superuser, which includes it`);
  if (membership === undefined) return notApplicable(`PostgreSQL ${majorOf(versionNumber)} has no ${group}`);
  if (membership === 'held') return ok(`${role} is a member`);
  if (membership === 'missing')
    return {
      status: 'missing',
      found: `${role} is no member of ${group}.`,
      remedy: sqlRemedy(`Grant it. Nothing has to be started anew.`, where(access), grant(role)),
    };
  return {
    status: 'missing',
    found: `${role} is a member of ${group}, and does not inherit its rights.`,
    remedy: sqlRemedy(
      'Let the role inherit it. Nothing has to be started anew.',
      where(access),
      majorOf(versionNumber) >= 16
        ? `GRANT ${group} TO ${ident(role)} WITH INHERIT TRUE;`
        : `ALTER ROLE ${ident(role)} INHERIT;`,
    ),
  };
}
