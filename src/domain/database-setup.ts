import type { Peak } from './audit-policy.ts';

/** Hosts under which servers are reached, as the configuration names them; workloads may know them by others. */
export interface KnownHosts {
  readonly primary: readonly string[];
  readonly replicas: readonly string[];
  /** Of the other configured databases. */
  readonly others: readonly string[];
}

/** What the configuration says around a database. */
export interface DatabaseSetup {
  /** The hours of high load, or null when none are configured. */
  readonly peak: Peak | null;
  readonly hosts: KnownHosts;
}

/** The setup of a database of which the configuration says nothing more. */
export const noSetup: DatabaseSetup = { peak: null, hosts: { primary: [], replicas: [], others: [] } };
