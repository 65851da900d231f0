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

const LOOK = step('look', 'audits.run');
const ON_POSTGRES = [
  LOOK,
  step('limits', 'postgres.set-limits', { connections: false, temporaryFiles: null }),
  step('index', 'postgres.create-index'),
];
const ON_KUBERNETES = [
  step('guard', 'kubernetes.guard-cronjob'),
  step('quota', 'kubernetes.set-quota'),
  { ...LOOK, id: 'look-again' },
];

/** How long a person waits for an answer before typing the command again. */
const AGAIN_MS = 1_500;
const PATIENCE_MS = 120_000;

/** Remedies on approval, while nothing is out of order; nobody is signalled. */
function prevention(steps: readonly object[], specChanges: number): Course {
  return {
    scene: {
      batch: false,
      steps,
      runbook: { id: 'prevention', purpose: 'prevention', alerts: undefined },
    },
    prepare: async ({ victim }) => makeRoom(victim),
    play: async (scene) => Promise.all([typed(scene), scene.responder.untilClosed()]),
    inspect: async (scene, outcome) => scene.inspect(outcome, { specChanges, ignoredCancels: 0 }),
    effects: countRemedies,
  };
}

/** Two of the remedies of PostgreSQL, and two of those of Kubernetes: each in a run of its own, so that a run is short. */
export const preventions = [prevention(ON_POSTGRES, 0), prevention(ON_KUBERNETES, 1)];

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
