import { act, posted } from '../../../slack/sandbox-control.ts';
import { ANNA } from '../../../support/rig/slack-of.ts';
import { lookAgain, offersOf } from '../../world/responder.ts';
import type { Scene } from '../../world/scene.ts';
import { comesTrue } from './comes-true.ts';

/** When nothing has come of a click for so long, the person clicks again. */
const AGAIN_MS = 1_500;

/** Clicks this on the parent message of the incident until it is so; tells whether that was in time. */
export async function clickUntil(
  { slack }: Scene,
  action: string,
  isIt: () => Promise<boolean>,
  patienceMs: number,
): Promise<boolean> {
  let clicked = 0;
  return await comesTrue(async () => {
    if (await isIt().catch(() => false)) return true;
    const parent = (await posted(slack)).find(({ key }) => key === 'parent')?.message;
    if (parent !== undefined && offersOf(parent).includes(action) && Date.now() - clicked > AGAIN_MS) {
      clicked = Date.now();
      await act(slack, ANNA, parent, action).catch(lookAgain);
    }
    return false;
  }, patienceMs);
}
