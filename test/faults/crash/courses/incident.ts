import { ONCE } from '../../world/judge.ts';
import type { Course } from '../course.ts';

/** After a crash in the middle of the kill the guarded cancel comes again for a session that still runs the same query. */
const ALLOWED = { ...ONCE, ignoredCancels: ONCE.ignoredCancels + 1 };

/** The outage of the CronJob, from its alert to its end. */
export const incident: Course = {
  scene: {},
  prepare: async () => undefined,
  play: async (scene) => Promise.all([scene.sender.send(), scene.responder.untilClosed()]),
  inspect: async (scene, outcome) => scene.inspect(outcome, ALLOWED),
  // What it did to sessions and the CronJob is among the facts of every scene.
  effects: async () => ({}),
};
