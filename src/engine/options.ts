import type { Authority, DecisionRules } from '../domain/authority.ts';
import type { DatabaseSetup } from '../domain/database-setup.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { Approvers } from '../ports/approvers.ts';
import type { Clock } from '../ports/clock.ts';
import type { SignalGuard } from '../ports/databases.ts';
import type { Logger } from '../ports/logger.ts';
import type { State } from '../ports/state.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { StepKinds } from '../steps/registry.ts';
import type { Ports } from '../steps/step-kind.ts';
import type { Ledger } from './ledger.ts';
import type { RecordSources } from './write-post-mortem.ts';

/** Everything the engine works with; the composition root provides it. */
export interface EngineOptions {
  readonly state: State;
  readonly ledger: Ledger;
  readonly kinds: StepKinds;
  readonly ports: Ports;
  readonly runbooks: ReadonlyMap<string, Runbook>;
  readonly authority: Authority;
  /** Rules beyond the lists of authority; left out, there are none. */
  readonly rules?: DecisionRules;
  /** Reads user groups and on-call sources; left out, they name nobody. */
  readonly approvers?: Approvers;
  /** What a post-mortem asks beside the journal; without it nothing. */
  readonly records?: RecordSources;
  /** IANA name of the zone of the team; UTC unless told. */
  readonly timeZone?: string;
  /** Is told of the phases of steps; left out, nobody is. */
  readonly telemetry?: Pick<Telemetry, 'during'>;
  /** Who is never signalled. */
  readonly guard: SignalGuard;
  /** What the configuration says around a database; left out, nothing is known of it. */
  readonly setupOf?: (database: string) => DatabaseSetup;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process in the journal, such as `host-4711`. */
  readonly instance: string;
}
