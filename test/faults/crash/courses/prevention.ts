import { setTimeout as delay } from 'node:timers/promises';
import { type } from '../../../slack/sandbox-control.ts';
import { DATABASE } from '../../../support/rig/install.ts';
import { ANNA } from '../../../support/rig/slack-of.ts';
import type { Scene } from '../../world/scene.ts';
import type { Course } from '../course.ts';
import { countRemedies, makeRoom } from './remedied.ts';

const step = (id: string, kind: string, params: object = {}) => ({
  id,
  kind,
  title: id,
  confirm: kind === 'audits.run' ? 'none' : 'one',
  params,
  byHand: 'Do it.',
});

/** Two of the remedies of PostgreSQL and two of those of Kubernetes, between the looks of the shipped runbook. */
const STEPS = [
  step('look', 'audits.run'),
  step('limits', 'postgres.set-limits', { connections: false, temporaryFiles: null }),
  step('guard', 'kubernetes.guard-cronjob'),
  step('quota', 'kubernetes.set-quota'),
  step('index', 'postgres.create-index'),
  step('look-again', 'audits.run'),
];

/** How long a person waits for an answer before typing the command again. */
const AGAIN_MS = 1_500;
const PATIENCE_MS = 120_000;

/** The bounds of the CronJob are one change of its spec; there is nobody to be signalled. */
const ALLOWED = { specChanges: 1, ignoredCancels: 0 };

/** Remedies on approval, while nothing is out of order. */
export const prevention: Course = {
  scene: {
    batch: false,
    steps: STEPS,
    runbook: { id: 'prevention', purpose: 'prevention', alerts: undefined },
  },
  prepare: async ({ victim }) => makeRoom(victim),
  play: async (scene) => Promise.all([typed(scene), scene.responder.untilClosed()]),
  inspect: async (scene, outcome) => scene.inspect(outcome, ALLOWED),
  effects: countRemedies,
};

/** Whoever types the command types it again while nothing is to be seen of it. */
async function typed(scene: Scene): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (
    !(await scene.facts().then(
      ({ messages }) => messages.length > 0,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error('Nobody took the command.');
    await type(scene.slack, ANNA, `prevent ${DATABASE}`).catch(() => undefined);
    await delay(AGAIN_MS);
  }
}
