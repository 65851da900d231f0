import type { PostgresAccess } from '../../../domain/access.ts';
import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, notApplicable, ok, type Verdict } from '../../check.ts';
import { hasReservations, where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

/** Slots that applications must leave free: Firebreak's sessions, and a person's. */
const KEPT_FREE = 3;
const MARGIN = 6;

export const check = defineCheck({
  id: 'reserved-slots',
  kind: 'postgres',
  title: 'Slots kept free',
  purpose: 'Leave a way in when applications take every connection.',
  without: 'A lost session comes back only when somebody frees a slot by hand.',
  check(access) {
    if (access.inRecovery) return notApplicable('a replica takes the limits of its primary');
    return hasReservations(access) ? byReservation(access) : byLimit(access);
  },
});

function byReservation(access: PostgresAccess): Verdict {
  const { reserved, maxConnections } = access;
  if (reserved > 0) return ok(`${reserved} of ${maxConnections}, by reserved_connections`);
  if (isLimited(access)) return ok(limited(access));
  return {
    status: 'advice',
    found: `reserved_connections is 0, so all of the ${maxConnections} slots can be taken.`,
    remedy: sqlRemedy(
      'Reserve some. It counts from the next start of the server on; until then a limit of the database does the same. On a managed service set the parameter there.',
      where(access),
      postgresGrants.reservedSlots(),
      postgresGrants.databaseLimit(access.database, access.maxConnections - MARGIN),
    ),
  };
}

function byLimit(access: PostgresAccess): Verdict {
  if (isLimited(access)) return ok(limited(access));
  const { database, maxConnections } = access;
  return {
    status: 'advice',
    found: `The database ${database} has no connection limit that leaves slots free of ${maxConnections}.`,
    remedy: sqlRemedy(
      'Limit the database, so that Firebreak comes in through the database postgres. It counts at once.',
      where(access),
      postgresGrants.databaseLimit(database, maxConnections - MARGIN),
    ),
  };
}

function isLimited({ databaseLimit, maxConnections, superuserReserved }: PostgresAccess): boolean {
  return databaseLimit !== null && databaseLimit <= maxConnections - superuserReserved - KEPT_FREE;
}

function limited({ database, databaseLimit, maxConnections }: PostgresAccess): string {
  return `${database} is limited to ${databaseLimit} of ${maxConnections}`;
}
