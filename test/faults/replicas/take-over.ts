import { setTimeout as delay } from 'node:timers/promises';
import type { Findings } from '../fault.ts';
import { ONCE } from '../world/judge.ts';
import type { Scene } from '../world/scene.ts';
import type { World } from '../world.ts';
import type { Moment } from './moments.ts';
import { openStateView, type StateView } from './state-view.ts';
import { type Replica, startReplica, startReplicas } from './troupe.ts';

/** What happens to the replica that is at work. */
export type Blow = 'kill -9' | 'SIGTERM' | 'SIGSTOP' | 'its lock session ends' | 'all are killed';

export interface Plot {
  readonly replicas: number;
  readonly moment: Moment;
  readonly blow: Blow;
}

/** How long a replica that goes on after it was frozen gets to do harm. */
const AFTERMATH_MS = 3_000;
/** A session that says nothing is ended after 15 s. */
const FROZEN_MS = 40_000;
/** After a takeover in the middle of a kill the guarded cancel comes again for a session that still runs the same query. */
const ALLOWED = { ...ONCE, ignoredCancels: ONCE.ignoredCancels + 1 };

/** One incident in which something happens to the replica that is at work. */
export async function takeOver(world: World, { replicas: count, moment, blow }: Plot): Promise<Findings> {
  await using scene = await world.fresh({ state: 'postgres' });
  const replicas = await startReplicas(scene, count);
  await using view = await openStateView(scene);
  await moment.prepare?.(scene);
  const handled = Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
  handled.catch(() => undefined);
  await Promise.race([moment.reached(scene, view), handled]);
  const holder = await view.holder();
  const struck = replicas.find(({ instance }) => instance === holder);
  if (struck === undefined) throw new Error(`No replica holds the incident ${moment.name}.`);

  const began = Date.now();
  await strike(blow, { scene, view, struck, replicas });
  const others = blow === 'its lock session ends' ? [] : replicas.filter((other) => other === struck);
  const gone = blow === 'all are killed' ? replicas : others;
  const next = await view.heldByOther(
    gone.map(({ instance }) => instance),
    FROZEN_MS,
  );
  const seconds = (Date.now() - began) / 1000;
  await handled;
  const harm = blow === 'SIGSTOP' ? await thaw(struck, view, began) : [];
  const who = replicas.length > 1 && next === struck.instance ? 'by itself ' : '';
  const findings = await scene.inspect(
    `taken over ${who}after ${seconds.toFixed(1)} s, then closed`,
    ALLOWED,
  );
  return { ...findings, broken: [...findings.broken, ...harm] };
}

interface Cast {
  readonly scene: Scene;
  readonly view: StateView;
  readonly struck: Replica;
  readonly replicas: readonly Replica[];
}

async function strike(blow: Blow, { scene, view, struck, replicas }: Cast): Promise<void> {
  switch (blow) {
    case 'kill -9':
    case 'SIGTERM':
    case 'SIGSTOP':
      struck.process.kill(blow === 'kill -9' ? 'SIGKILL' : blow);
      return;
    case 'its lock session ends':
      await view.endLockSession(struck.instance);
      return;
    case 'all are killed':
      for (const { process } of replicas) process.kill('SIGKILL');
      await Promise.all(replicas.map(async ({ process }) => process.exited));
      await startReplica(scene);
  }
}

/** Lets a frozen replica go on, and tells what it did although it had been replaced. */
async function thaw(frozen: Replica, view: StateView, frozenAt: number): Promise<string[]> {
  frozen.process.kill('SIGCONT');
  await delay(AFTERMATH_MS);
  const late = (await view.entries()).filter(
    ({ instance, atMs }) => instance === frozen.instance && atMs > frozenAt + AFTERMATH_MS,
  );
  return [
    ...late.map(({ type, step }) => `The frozen replica recorded ${type} of ${step} after it was replaced.`),
    ...(frozen.process.isRunning() ? [] : [`The frozen replica ended:\n${frozen.process.output()}`]),
  ];
}
