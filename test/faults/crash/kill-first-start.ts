import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, StateOf } from '../fault.ts';
import type { World } from '../world.ts';

/** The start that makes the state is killed after some milliseconds; the next one makes it whole and serves an incident. */
export async function killFirstStart(world: World, state: StateOf, ms: number): Promise<Findings> {
  await using scene = await world.fresh({ state, blank: true });
  const first = scene.serve();
  await delay(ms);
  const was = first.httpUrl() === null ? 'starting' : 'running';
  first.kill('SIGKILL');
  await first.exited;
  const second = scene.serve();
  if ((await second.started()) === 'ended') throw new Error(`It does not start again:\n${second.output()}`);
  await Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
  return await scene.inspect(`killed while ${was}; the next start served an incident`);
}
