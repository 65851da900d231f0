import type { Findings } from '../../fault.ts';
import { SUSPEND } from '../../world/quick-steps.ts';
import { reminded } from '../../world/reminded.ts';
import type { Scene } from '../../world/scene.ts';
import type { Course } from '../course.ts';
import { clickUntil } from './click-until.ts';
import { comesTrue } from './comes-true.ts';

/** A process that is killed at one level is there again before the next, unless the machine is slow. */
const REMIND = { threadAfter: '1s', groupAfter: '10s', pageAfter: '14s' };
/** Less than the page comes after: whoever it wakes finds a plan that is too old, and gets a new one. */
const PLAN_VALID_MINUTES = 0.15;
const ALLOWED = { specChanges: 1, ignoredCancels: 0 };

/** Whoever should be woken and is not, or is woken and cannot say so, does not wait for ever. */
const PATIENCE_MS = 60_000;
const SETTLE_MS = 15_000;

/**
 * Nobody answers a card: the thread, the group and the pager are told in turn. Who is woken takes charge, finds the plan
 * too old, and decides on the new one.
 */
export const reminders: Course = {
  scene: {
    steps: [SUSPEND],
    runbook: { planValidMinutes: PLAN_VALID_MINUTES, remind: REMIND },
    config: { reminders: { group: 'S0DBA', pager: 'pager' } },
  },
  standby: true,
  prepare: async () => undefined,
  async play(scene) {
    await scene.sender.send();
    const { pager } = scene;
    const isKnown = async () => pager.paged().every(({ wasAcknowledged }) => wasAcknowledged);
    if (await comesTrue(async () => pager.paged().length > 0, PATIENCE_MS)) {
      await clickUntil(scene, 'charge.take', isKnown, PATIENCE_MS);
    }
    // An effect that is interrupted for longer than its approval is good for is for a person, who tries it again.
    await scene.responder.untilClosed({ clicks: ['step.run', 'step.retry'] });
  },
  inspect,
  effects: async () => ({}),
};

/** The pages are taken back in the background, a moment after the decision. */
async function inspect(scene: Scene, outcome: string): Promise<Findings> {
  const there = Math.min(
    ...scene.running().map((process) => process.runningSince() ?? Number.POSITIVE_INFINITY),
  );
  const judged = async () => reminded(await scene.facts(), scene.pager.paged(), there);
  await comesTrue(async () => Object.values(await judged()).every(({ length }) => length === 0), SETTLE_MS);
  const { twice, broken } = await judged();
  const findings = await scene.inspect(outcome, ALLOWED);
  return {
    ...findings,
    doubleEffects: findings.doubleEffects + twice.length,
    broken: [...findings.broken, ...twice, ...broken, ...scene.pager.refused()],
  };
}
