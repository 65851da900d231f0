import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Findings, isHeld, type StateOf } from '../fault.ts';
import type { FirebreakProcess } from '../world/firebreak-process.ts';
import type { World } from '../world.ts';
import { type Boundary, from, instrumented, type Recording, readRecord } from './boundaries.ts';
import { type Course, differing } from './course.ts';
import type { Side } from './crossing.ts';
import { slowDown } from './slow-down.ts';
import { notVerifiedFirst } from './verified-first.ts';

export interface Kill {
  readonly state: StateOf;
  readonly boundary: Boundary;
  readonly course: Course;
  /** The same course without a fault. */
  readonly recording: Recording;
  readonly side: Side;
  /** Whether the embedded server dies at the same moment, as with its container. */
  readonly withServer: boolean;
}

/** Some boundaries come only after the incident was closed. */
const LATE_MS = 3_000;

/** One course in which the process dies once, and is started again. */
export async function killOnce(world: World, kill: Kill): Promise<Findings> {
  const { state, course, recording, boundary, side, withServer } = kill;
  await course.prepare(world);
  await using scene = await world.fresh({ ...course.scene, state });
  const { directory } = scene.installation;
  const alsoServer = withServer ? join(directory, 'state', 'postgres') : null;
  if (side === 'during') await slowDown(scene, boundary, recording.boundaries);
  const order = { ...boundary, side, alsoServer, mark: join(directory, 'killed') };
  const start = (name: string): Replica => {
    const record = join(directory, name);
    return {
      record,
      process: scene.serve({ ...instrumented({ record, kill: order }), ...from(course) }),
    };
  };
  const first = start('first');
  const standby = state === 'postgres' && course.standby === true ? await behind(first, start) : null;
  const handled = course.play(scene);
  handled.catch(() => undefined);
  const died = await Promise.race([
    ...[first, ...(standby === null ? [] : [standby])].map(killed),
    handled.then(async () => delay(LATE_MS, null)),
  ]);
  if (died === null) {
    const findings = await course.inspect(scene, 'the boundary was not crossed');
    return { ...findings, untried: isHeld(findings) };
  }
  const second = (died === standby ? first : standby) ?? start('second');
  const began = performance.now();
  if ((await second.process.started()) === 'ended')
    throw new Error(`It does not start again:\n${second.process.output()}`);
  await handled;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const findings = await course.inspect(
    scene,
    `over ${seconds} s after ${standby === null ? 'the restart' : 'the other took over'}`,
  );
  const { twice, missing } = differing(recording.effects, await course.effects(scene));
  return {
    ...findings,
    doubleEffects: findings.doubleEffects + twice.length,
    broken: [...findings.broken, ...twice, ...missing, ...notVerifiedFirst(readRecord(second.record))],
  };
}

/** One of those that have the order to die at the boundary: the first to come there does. */
interface Replica {
  readonly process: FirebreakProcess;
  /** What it wrote down of its boundaries. */
  readonly record: string;
}

/** Resolves when it has died as ordered; fails when it ended otherwise. */
async function killed(replica: Replica): Promise<Replica> {
  const ending = await replica.process.exited;
  if (ending !== 'SIGKILL') throw new Error(`The process ended with ${ending}:\n${replica.process.output()}`);
  return replica;
}

/** Starts another replica once the first one holds what only one can hold, or is dead. */
async function behind(first: Replica, start: (name: string) => Replica): Promise<Replica> {
  await first.process.started();
  return start('standby');
}
