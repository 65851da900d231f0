import type { IntakePolicy } from '../domain/intake-policy.ts';
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
  readonly policy: IntakePolicy;
}

/** What decides without reading anything. */
export type DecideOptions = Pick<SettleOptions, 'runbooks' | 'databases' | 'policy'>;
