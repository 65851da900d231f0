import type { Runbook } from '../domain/runbook.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { MonitoredDatabase } from '../ports/databases.ts';
import type { State } from '../ports/state.ts';

/** What deciding on alerts needs to know. */
export interface SettleOptions {
  readonly state: State;
  readonly ledger: Ledger;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly databases: readonly MonitoredDatabase[];
}
