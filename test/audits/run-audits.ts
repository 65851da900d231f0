import { noWorkloads } from '../../src/adapters/kubernetes/no-workloads.ts';
import { createPoolers } from '../../src/adapters/pgbouncer/poolers.ts';
import type { Audit } from '../../src/audits/audit.ts';
import { createAudits } from '../../src/audits/create-audits.ts';
import type { Audits } from '../../src/ports/audits.ts';
import type { Databases } from '../../src/ports/databases.ts';
import { silent } from '../adapters/postgres/support.ts';
import { advancingClock } from '../support/advancing-clock.ts';

/** These audits of real databases, beside which there is no cluster, no pooler and no other host. */
export function auditsOf(databases: Databases, audits: readonly Audit[]): Audits {
  return createAudits(
    {
      databases,
      poolers: createPoolers([], { logger: silent }),
      workloads: noWorkloads(),
      suspensions: null,
    },
    {
      audits,
      policy: { peak: null, suppress: [] },
      known: () => ({ hosts: { primary: [], replicas: [], others: [] }, protectedRoles: [] }),
      clock: advancingClock(),
    },
  );
}
