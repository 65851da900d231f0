import { urlFor } from './connection.ts';
import type { Passwords } from './roles.ts';
import type { Victim } from './victim.ts';

/** The connection URLs that a drill hands out, from the superuser's URL of the primary and of the replica. */
export function victimUrls(
  database: string,
  passwords: Passwords,
  admin: { primary: string; replica: string | undefined },
): Victim['urls'] {
  const firebreak = { name: 'firebreak', passwords } as const;
  const reportGenerator = { name: 'report_generator', passwords } as const;
  return {
    admin: urlFor(admin.primary, database),
    orderService: urlFor(admin.primary, database, { name: 'order_service', passwords }),
    reportGenerator: urlFor(admin.primary, database, reportGenerator),
    reportGeneratorReplica:
      admin.replica === undefined ? undefined : urlFor(admin.replica, database, reportGenerator),
    firebreak: urlFor(admin.primary, database, firebreak),
    firebreakReplica: admin.replica === undefined ? undefined : urlFor(admin.replica, database, firebreak),
  };
}
