import { withSession } from '../../../../src/drill/victim/connection.ts';
import { DATABASE } from '../../../support/rig/install.ts';
import type { Course } from '../course.ts';
import { countRemedies, makeRoom } from './remedied.ts';

const STEPS = [
  {
    id: 'shed',
    kind: 'postgres.shed-load',
    title: 'Shed load',
    confirm: 'one',
    byHand: 'Close it.',
  },
  {
    id: 'open',
    kind: 'postgres.restore-load',
    title: 'Let it in again',
    confirm: 'one',
    params: { stages: [50], quietSamples: 1, everySeconds: 2, timeoutMinutes: 1, slotShareBelow: 1 },
    byHand: 'Open it.',
  },
];
const ALLOWED = { specChanges: 0, ignoredCancels: 0 };

/** A role that is shut out for a while, and let in again in steps: afterwards its limit is the one from before. */
export const valve: Course = {
  scene: {
    batch: false,
    steps: STEPS,
    config: {
      databases: [{ name: DATABASE, cores: 2, url: { env: 'ORDERS_URL' }, shedFirst: ['shop'] }],
    },
  },
  prepare: async ({ victim }) => makeRoom(victim),
  play: async ({ victim, sender, responder }) =>
    // Only who has a session can be shed.
    withSession(victim.url('shop'), async () => Promise.all([sender.send(), responder.untilClosed()])),
  inspect: async (scene, outcome) => scene.inspect(outcome, ALLOWED),
  effects: countRemedies,
};
