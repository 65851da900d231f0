import type { Course } from '../course.ts';
import { atRest } from './at-rest.ts';

/** Far enough apart that no further one begins while the first one is looked at. */
const SCHEDULE = { cron: '*/30 * * * * *' };

const ALLOWED = { specChanges: 0, ignoredCancels: 0, incident: false };

/** The audits at their times, and the digest of them in the channel. */
export function digest(sources: string): Course {
  return {
    scene: { batch: false, config: { audits: { schedule: SCHEDULE } } },
    sources,
    standby: true,
    prepare: async () => undefined,
    play: async (scene) =>
      atRest(scene, 'a digest is told', ({ messages }) =>
        messages.some(({ key }) => key?.startsWith('digest:') === true),
      ),
    inspect: async (scene, outcome) => scene.inspect(outcome, ALLOWED),
    effects: async () => ({}),
  };
}
