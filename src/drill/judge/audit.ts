import type { RunningDecoy } from '../decoys/decoy.ts';
import type { Expected } from '../scenario.ts';
import type { OwnedStage } from '../stage/set-stage.ts';
import { endOfLog, innocentsAmong, type Signalled, signalledSince } from './signals.ts';
import { readWorldState, type WorldState } from './world-state.ts';

/** Watches for harm, beside the scenario and beside Firebreak. */
export interface Audit {
  /** Takes down how the world is when the alert fires: what the incident itself changed is no harm. */
  readonly alertFires: () => Promise<void>;
  /** Each innocent signalled, workload touched or setting left behind, in words. */
  readonly harm: () => Promise<string[]>;
}

/** Begins with the calm world. Firebreak's own sessions may be signalled: those are its own timeouts. */
export async function beginAudit(
  stage: OwnedStage,
  options: { readonly expected: Expected; readonly decoys: readonly RunningDecoy[]; readonly own: string },
): Promise<Audit> {
  const { expected, decoys, own } = options;
  const servers = [stage.servers.primary, stage.servers.replica].flatMap((server) =>
    server === undefined ? [] : [{ directory: server.dataDirectory }],
  );
  const logs = await Promise.all(
    servers.map(async ({ directory }) => ({ directory, from: await endOfLog(directory) })),
  );
  const calm = await readWorldState(stage);
  let alerted = calm;
  return {
    async alertFires() {
      alerted = await readWorldState(stage);
    },
    async harm() {
      const signalled = (
        await Promise.all(logs.map(({ directory, from }) => signalledSince(directory, from)))
      ).flat();
      const guilty = [...expected.guilty, { role: own }];
      const innocents = innocentsAmong(signalled, guilty);
      return [
        ...innocents.map(
          ({ pid, role, application, what }) =>
            `Innocent signalled: pid ${pid}, ${application === '' ? role : application} (${role}): ${what}.`,
        ),
        ...harmedDecoys(decoys, innocents),
        ...changes({ calm, alerted, now: await readWorldState(stage) }, expected),
      ];
    },
  };
}

/** Decoys that lost their work although no log shows a signal, such as by the loss of their connection. */
function harmedDecoys(decoys: readonly RunningDecoy[], told: readonly Signalled[]): string[] {
  return decoys.flatMap(({ what, role, noticed }) => {
    const [first] = noticed();
    if (first === undefined || told.some((signalled) => signalled.role === role)) return [];
    return [`Innocent disturbed: ${what} (${first}).`];
  });
}

/** Controllers and migrations at work make these, whoever handles the incident. */
const MAY_APPEAR = /^table or index |(^| )(Job|ReplicaSet|Pod) /;

/**
 * What is neither as it was in the calm world, nor as it was when the alert fired. What belongs to a workload that may
 * be changed may come and go; the workload itself must be as before, but for what rightly stays.
 */
export function changes(
  { calm, alerted, now }: { calm: WorldState; alerted: WorldState; now: WorldState },
  { workloads = [], stays = [] }: Pick<Expected, 'workloads' | 'stays'>,
): string[] {
  const known = new Set([...calm.keys(), ...alerted.keys()]);
  return [...new Set([...known, ...now.keys()])]
    .filter((name) => now.get(name) !== alerted.get(name) && now.get(name) !== calm.get(name))
    .filter((name) => !stays.some(({ setting }) => name.startsWith(setting)))
    .filter(
      (name) =>
        !workloads.some((workload) =>
          ['Job', 'ReplicaSet', 'Pod'].some((kind) => name.startsWith(`${workload} ${kind} `)),
        ),
    )
    .filter((name) => !now.has(name) || known.has(name) || !MAY_APPEAR.test(name))
    .map(
      (name) =>
        `Changed: ${name} was ${alerted.get(name) ?? calm.get(name) ?? 'not there'}, is ${now.get(name) ?? 'gone'}.`,
    );
}
