import type { Logger } from 'pino';
import { createDatabases } from './adapters/postgres/databases.ts';
import { openState } from './adapters/state/open-state.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { ActionClass } from './domain/actor.ts';
import type { IncidentDesk } from './engine/desk.ts';
import { createDesk } from './engine/desk-service.ts';
import { createLedger } from './engine/ledger.ts';
import { loadRunbooks } from './runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from './runbooks/shipped.ts';
import { loadStepKinds } from './steps/registry.ts';

/** A desk beside a Firebreak that runs elsewhere and carries out what is decided here. */
export interface AttachedDesk extends AsyncDisposable {
  readonly desk: IncidentDesk;
  readonly actionClassOf: (stepKind: string) => ActionClass;
  /** Names of the processes that carry incidents out; none when there is nobody any more. */
  others(): Promise<readonly string[]>;
}

/** Opens the desk on a state. It connects to no monitored system. Throws FirebreakError. */
export async function attachDesk(config: Config, stateUrl: string, logger: Logger): Promise<AttachedDesk> {
  const instance = `terminal-${process.pid}`;
  const kinds = await loadStepKinds();
  const runbooks = await loadRunbooks(config.runbookDirectory ?? SHIPPED_RUNBOOKS, kinds);
  const guard = {
    protectedRoles: [],
    protectedApplications: null,
    protectedAddresses: [],
    minimumAgeSeconds: 5,
  };
  // Never started: only the names of the databases are read.
  const databases = createDatabases(config.databases, { logger, guard });
  const state = await openState({ url: stateUrl, logger, instance });
  const ledger = createLedger(state, systemClock, logger);
  const desk = createDesk({
    state,
    ledger,
    kinds,
    runbooks,
    authority: config.authority,
    clock: systemClock,
    ports: { databases },
  });
  return {
    desk,
    actionClassOf: (kind) => kinds.get(kind)?.actionClass ?? 'incident',
    others: async () => (await state.presence.others()).map((other) => other.instance),
    [Symbol.asyncDispose]: async () => state.stop(),
  };
}
