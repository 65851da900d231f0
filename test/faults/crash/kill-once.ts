import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Findings, isHeld, type StateOf } from '../fault.ts';
import { ONCE } from '../world/judge.ts';
import type { Scene } from '../world/scene.ts';
import type { World } from '../world.ts';
import { type Boundary, instrumented, readRecord } from './boundaries.ts';
import type { Side } from './crossing.ts';
import { slowDown } from './slow-down.ts';
import { notVerifiedFirst } from './verified-first.ts';

export interface Kill {
  readonly state: StateOf;
  readonly boundary: Boundary;
  /** Every boundary of the run that was recorded. */
  readonly all: readonly Boundary[];
  readonly side: Side;
  /** Whether the embedded server dies at the same moment, as with its container. */
  readonly withServer: boolean;
}

/** Some boundaries come only after the incident was closed. */
const LATE_MS = 3_000;

/** One incident in which the process dies once, and is started again. */
export async function killOnce(world: World, kill: Kill): Promise<Findings> {
  const { state, boundary, all, side, withServer } = kill;
  await using scene = await world.fresh({ state });
  const { directory } = scene.installation;
  const alsoServer = withServer ? join(directory, 'state', 'postgres') : null;
  if (side === 'during') await slowDown(scene, boundary, all);
  const first = scene.serve(
    instrumented({ record: join(directory, 'first'), kill: { ...boundary, side, alsoServer } }),
  );
  const handled = handle(scene);
  handled.catch(() => undefined);
  const died = await Promise.race([first.exited, handled.then(async () => delay(LATE_MS, 'alive' as const))]);
  if (died === 'alive') {
    const findings = await scene.inspect('the boundary was not crossed');
    return { ...findings, untried: isHeld(findings) };
  }
  if (died !== 'SIGKILL') throw new Error(`The process ended with ${died}:\n${first.output()}`);
  const record = join(directory, 'second');
  const second = scene.serve(instrumented({ record, kill: null }));
  const began = performance.now();
  if ((await second.started()) === 'ended') throw new Error(`It does not start again:\n${second.output()}`);
  await handled;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const findings = await scene.inspect(`closed ${seconds} s after the restart`, {
    ...ONCE,
    ignoredCancels: ONCE.ignoredCancels + 1,
  });
  return { ...findings, broken: [...findings.broken, ...notVerifiedFirst(readRecord(record))] };
}

async function handle(scene: Scene): Promise<void> {
  await Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
}
