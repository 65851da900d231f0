import { setTimeout as delay } from 'node:timers/promises';
import type { DomainEvent } from '../../../../src/domain/event.ts';
import { DATABASE } from '../../../support/rig/install.ts';
import type { Findings } from '../../fault.ts';
import type { Facts } from '../../world/facts.ts';
import type { Scene } from '../../world/scene.ts';
import type { Course } from '../course.ts';
import { atRest } from './at-rest.ts';

/** The three sessions of the batch job, which come back again and again, and no more. */
const MOST = 3;
const POLICY = {
  name: 'batch',
  database: DATABASE,
  roles: ['batch'],
  olderThan: 1,
  load: { onCpuPerCore: 1 },
  most: MOST,
  mode: 'kill',
};
/** Three looks of at least 2 s each, and more: whoever would be ended once more is ended by then. */
const AFTERMATH_MS = 12_000;

/** A policy that ends what it may within ten minutes, while what it ends keeps coming back. */
export function watchdog(sources: string): Course {
  return {
    scene: { config: { watchdog: { policies: [POLICY] } } },
    sources,
    standby: true,
    prepare: async () => undefined,
    async play(scene) {
      await atRest(scene, 'what the policy did is written down and told', isOver);
      await delay(AFTERMATH_MS);
    },
    inspect,
    effects: async () => ({}),
  };
}

type Of<T extends DomainEvent['type']> = Extract<DomainEvent, { type: T }>;

function eventsOf<T extends DomainEvent['type']>({ entries }: Facts, type: T): Of<T>[] {
  return entries.flatMap(({ event }) => (event.type === type ? [event as Of<T>] : []));
}

function isOver(facts: Facts): boolean {
  const intended = eventsOf(facts, 'watchdog.intended');
  const ended = eventsOf(facts, 'watchdog.ended');
  const told = facts.messages.filter(({ key }) => key?.startsWith('kill:') === true);
  return intended.length > 0 && ended.length >= intended.length && told.length >= intended.length;
}

async function inspect(scene: Scene, outcome: string): Promise<Findings> {
  const findings = await scene.inspect(outcome, { specChanges: 0, ignoredCancels: 1, incident: false });
  const facts = await scene.facts();
  const signalled = new Set(facts.signals.map(({ pid }) => pid));
  const named = eventsOf(facts, 'watchdog.intended').flatMap(({ targets }) =>
    targets.map(({ session: { pid } }) => pid),
  );
  const tooMany = Math.max(0, named.length - MOST, signalled.size - MOST);
  return {
    ...findings,
    outcome: `${outcome}, ${signalled.size} of ${MOST} signalled`,
    doubleEffects: findings.doubleEffects + tooMany,
    broken: [
      ...findings.broken,
      ...(tooMany === 0 ? [] : [`${named.length} sessions were named and ${signalled.size} signalled.`]),
      ...[...signalled].flatMap((pid) =>
        named.includes(pid) ? [] : [`The session with pid ${pid} was signalled without an intent.`],
      ),
      ...twiceConcluded(facts),
    ],
  };
}

function twiceConcluded(facts: Facts): string[] {
  const byId = Map.groupBy(eventsOf(facts, 'watchdog.ended'), ({ policy, id }) => `${policy} ${id}`);
  return [...byId].flatMap(([id, all]) =>
    all.length === 1 ? [] : [`What became of action ${id} was written down ${all.length} times.`],
  );
}
