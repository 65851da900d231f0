import type { Runbook } from '../domain/runbook.ts';
import type { WatchdogPolicy } from '../domain/watchdog.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { SignalGuard } from '../ports/databases.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import type { Ports } from '../steps/step-kind.ts';

/** Everything that the watchdog works with; the composition root provides it. */
export interface WatchdogOptions {
  readonly policies: readonly WatchdogPolicy[];
  readonly state: Pick<State, 'journal' | 'incidents' | 'mutex' | 'now'>;
  readonly ledger: Pick<Ledger, 'load'>;
  readonly ports: Ports;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  /** Who is never signalled. */
  readonly guard: SignalGuard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process in the journal. */
  readonly instance: string;
  /** Milliseconds between two looks; 10 s unless told. */
  readonly everyMs?: number;
  /** Milliseconds for which terms have to be tried by reporting only; a day unless told. */
  readonly rehearsalMs?: number;
}
