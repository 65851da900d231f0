import { fault } from '../../slack/sandbox-control.ts';
import type { Scene } from '../world/scene.ts';
import type { Boundary } from './boundaries.ts';

/** Longer than a restart takes: what was asked for happens when the next process already looks at the world. */
const LATE_MS = 2_500;
const POST = /^slack chat\.postMessage /;
const PATCH = /^kubernetes PATCH (\w+)\/…$/;

/** Whether the other side can be made slow at this boundary, so that the process dies while it waits. */
export function canBeSlow({ name }: Boundary): boolean {
  return POST.test(name) || PATCH.test(name);
}

/** Lets the other side take its time at this boundary; the boundaries of the run tell how many posts come before. */
export async function slowDown(scene: Scene, boundary: Boundary, all: readonly Boundary[]): Promise<void> {
  const [, resource] = PATCH.exec(boundary.name) ?? [];
  if (resource !== undefined) {
    const late = {
      path: `/${resource}/[^?]+(\\?(?!.*dryRun).*)?$`,
      method: 'PATCH',
      delayMs: LATE_MS,
      times: 1,
    };
    await fetch(`${scene.cluster.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify(late),
    });
    return;
  }
  const posts = all.filter(({ name }) => POST.test(name));
  const times = posts.findIndex(({ name }) => name === boundary.name) + 1;
  await fault(scene.slack, { method: 'chat.postMessage', delayMs: LATE_MS, times });
}
