import type { Logger } from 'pino';
import { createOutgoing } from '../adapters/http/outgoing.ts';
import { createOnCall } from '../adapters/oncall/on-call.ts';
import { createDatabases } from '../adapters/postgres/databases.ts';
import { loadAudits } from '../audits/registry.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { ActionClass } from '../domain/actor.ts';
import type { IncidentDesk } from '../engine/desk.ts';
import { createDesk } from '../engine/desk-service.ts';
import { createLedger } from '../engine/ledger.ts';
import { readLetter } from '../intake/read-letter.ts';
import type { State } from '../ports/state.ts';
import { loadConfiguredRunbooks } from '../runbooks/configured-runbooks.ts';
import { createSlackApprovers } from '../slack/approvers/create-approvers.ts';
import { loadStepKinds } from '../steps/registry.ts';

/** A desk beside a Firebreak that runs elsewhere and carries out what is decided here. */
export interface AttachedDesk extends AsyncDisposable {
  readonly desk: IncidentDesk;
  readonly actionClassOf: (stepKind: string) => ActionClass;
  /** Names of the processes that carry incidents out; none when there is nobody any more. */
  others(): Promise<readonly string[]>;
}

/** Opens the desk on a state, which stays open after it. It connects to no monitored system. Throws FirebreakError. */
export async function attachDesk(config: Config, state: State, logger: Logger): Promise<AttachedDesk> {
  const kinds = await loadStepKinds();
  const runbooks = await loadConfiguredRunbooks(config, kinds);
  const guard = {
    protectedRoles: [],
    protectedApplications: null,
    protectedAddresses: [],
    minimumAgeSeconds: 5,
  };
  // Never started: only the names of the databases are read.
  const databases = createDatabases(config.databases, { logger, guard });
  const ledger = createLedger(state, logger);
  const outgoing = createOutgoing();
  const services = { fetch: outgoing.fetch, clock: systemClock };
  const onCall = createOnCall(config.onCall, services);
  const desk = createDesk({
    readLetter: (letter) => readLetter(config.sources, letter),
    state,
    ledger,
    kinds,
    runbooks,
    authority: config.authority,
    rules: config.decisionRules,
    // While Slack is down, groups name nobody: only people who are listed by id decide here.
    approvers: createSlackApprovers({ ...services, config: config.slack, onCall, logger }),
    clock: systemClock,
    timeZone: config.timeZone,
    auditNames: (await loadAudits()).map(({ id }) => id),
    ports: { databases },
  });
  return {
    desk,
    actionClassOf: (kind) => kinds.get(kind)?.actionClass ?? 'incident',
    others: async () => (await state.presence.others()).map((other) => other.instance),
    [Symbol.asyncDispose]: async () => outgoing.close(0),
  };
}
