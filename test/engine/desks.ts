import { onTestFinished } from 'vitest';
import { openState } from '../../src/adapters/state/open-state.ts';
import type { Person } from '../../src/domain/actor.ts';
import type { Authority } from '../../src/domain/authority.ts';
import { cardHash } from '../../src/domain/card-hash.ts';
import type { AttemptRef, Command, Progressed } from '../../src/domain/command.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { currentAttempt, type Incident, type StepAttempt } from '../../src/domain/incident.ts';
import type { RunbookStep } from '../../src/domain/runbook.ts';
import type { Answer, IncidentDesk, Reply } from '../../src/engine/desk.ts';
import { createDesk } from '../../src/engine/desk-service.ts';
import { createLedger, type Ledger } from '../../src/engine/ledger.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { State } from '../../src/ports/state.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { quiet } from '../adapters/state/support.ts';
import { anna, ben, makePlan, makeRunbook, makeTarget } from '../support/domain.ts';
import { createWorld } from '../support/ports.ts';

export const chris: Person = { kind: 'person', id: 'U0CHRIS', name: 'Chris', via: 'slack' };

/** A step kind that needs the right to signal sessions. */
export const ACTING = 'postgres.kill-queries';

/** The desk and the ledger of one replica. */
export interface Replica {
  readonly state: State;
  readonly desk: IncidentDesk;
  readonly ledger: Ledger;
}

/** The present try as the engine names it. */
export interface Present extends AttemptRef, Progressed {}

/** The command by which the engine plans the present try for these targets. */
export function planFor(...targets: readonly string[]): (ref: Present) => Command {
  const plan = makePlan({ targets: targets.map((id) => makeTarget(id)) });
  return (ref) => ({ type: 'planned', ...ref, plan, differs: [], validForMs: 300_000 });
}

/** Replicas on one state, an open incident, and what people and the engine do to it. */
export interface Desks {
  readonly replicas: readonly Replica[];
  /** Closes their states; the end of the test does so too. */
  end(): Promise<void>;
  /** Moves the clock of every replica. */
  tick(ms: number): void;
  incident(): Promise<Incident>;
  current(): Promise<StepAttempt>;
  /** What a person sees now, as the answer that a click on it would give. */
  onScreen(by: Person, change?: Partial<Answer>): Promise<Answer>;
  /** A command of the engine on the present try; null when it changes something. */
  engine(command: (ref: Present) => Command): Promise<string | null>;
  events(): Promise<readonly DomainEvent[]>;
  /** May be changed while it runs, as by a replica that was started with another list. */
  authority: { -readonly [K in keyof Authority]: Authority[K] };
}

export async function openDesks(
  url: string,
  steps: readonly RunbookStep[],
  count = 1,
  more: Pick<EngineOptions, 'rules' | 'approvers'> = {},
): Promise<Desks> {
  const authority: Desks['authority'] = {
    observe: [anna.id, ben.id, chris.id],
    workload: [anna.id, ben.id, chris.id],
    session: [anna.id, ben.id, chris.id],
    incident: [anna.id, ben.id, chris.id],
  };
  const kinds = await loadStepKinds();
  const runbook = makeRunbook(steps);
  let skew = 0;
  const clock = {
    now: () => new Date(Date.now() + skew),
    steady: () => performance.now(),
    sleep: async () => undefined,
  };
  const replicas: Replica[] = [];
  for (let index = 0; index < count; index += 1) {
    const instance = `replica-${index}`;
    const state = await openState({ url, logger: quiet, instance });
    const ledger = createLedger({ ...state, now: async () => clock.now() }, quiet);
    const { ports } = createWorld().context();
    const runbooks = new Map([[runbook.id, runbook]]);
    const desk = createDesk({
      state,
      ledger,
      kinds,
      ports,
      runbooks,
      authority,
      ...more,
      clock,
    });
    replicas.push({ state, desk, ledger });
  }
  let ending: Promise<unknown> | undefined;
  const end = async () => {
    ending ??= Promise.all(replicas.map(async ({ state }) => state.stop()));
    await ending;
  };
  onTestFinished(end);
  const [first] = replicas;
  if (first === undefined) throw new Error('There is no replica.');
  await first.desk.open({ database: 'orders', runbook: null, by: anna });

  async function incident(): Promise<Incident> {
    const loaded = await first?.ledger.load('INC-1');
    if (loaded == null) throw new Error('There is no incident.');
    return loaded;
  }
  async function current(): Promise<StepAttempt> {
    const attempt = currentAttempt(await incident());
    if (attempt === undefined) throw new Error('No step is on.');
    return attempt;
  }
  return {
    end,
    replicas,
    tick(ms) {
      skew += ms;
    },
    incident,
    current,
    async onScreen(by, change = {}) {
      const attempt = await current();
      return {
        incidentId: 'INC-1',
        step: attempt.step.id,
        attempt: attempt.attempt,
        choice: 'run',
        hash: cardHash(attempt),
        selection: attempt.approval?.selection ?? { targets: ['a', 'b'], choices: {} },
        to: null,
        by,
        ...change,
      };
    },
    async engine(command) {
      const { step, attempt, drawn, intents } = await current();
      const ref = { step: step.id, attempt, drawn, intents };
      const { refusal } = await first.ledger.change('INC-1', () => ({ command: command(ref) }));
      return refusal?.message ?? null;
    },
    events: async () => (await first.state.journal.read('INC-1')).map(({ event }) => event),
    authority,
  };
}

/** The reason of a refusal, or `accepted`. */
export function reasonOf(reply: Reply): string {
  return reply.status === 'accepted' ? 'accepted' : reply.reason;
}

/** What a refused person is told. */
export function messageOf(reply: Reply): string {
  return reply.status === 'accepted' ? '' : reply.message;
}
