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
  const orders = { record: join(directory, 'first'), kill: { ...boundary, side, alsoServer } };
  const first = scene.serve({ ...instrumented(orders), ...from(course) });
  const record = join(directory, 'second');
  const another = () => scene.serve({ ...instrumented({ record, kill: null }), ...from(course) });
  const standby = state === 'postgres' && course.standby === true ? await behind(first, another) : null;
  const handled = course.play(scene);
  handled.catch(() => undefined);
  const died = await Promise.race([first.exited, handled.then(async () => delay(LATE_MS, 'alive' as const))]);
  if (died === 'alive') {
    const findings = await course.inspect(scene, 'the boundary was not crossed');
    return { ...findings, untried: isHeld(findings) };
  }
  if (died !== 'SIGKILL') throw new Error(`The process ended with ${died}:\n${first.output()}`);
  const second = standby ?? another();
  const began = performance.now();
  if ((await second.started()) === 'ended') throw new Error(`It does not start again:\n${second.output()}`);
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
    broken: [...findings.broken, ...twice, ...missing, ...notVerifiedFirst(readRecord(record))],
  };
}

/** Starts another replica once the first one holds what only one can hold, or is dead. */
async function behind(first: FirebreakProcess, another: () => FirebreakProcess): Promise<FirebreakProcess> {
  await first.started();
  return another();
}
