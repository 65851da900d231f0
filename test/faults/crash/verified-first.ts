import type { Crossing } from './crossing.ts';

const SYSTEMS = [
  { what: 'the CronJob', effect: /^kubernetes (PATCH|DELETE|POST)(?!.*dry run)/, look: /^kubernetes: read/ },
  { what: 'a session', effect: /^signal: /, look: /^victim: (alive|snapshot)/ },
  { what: 'a setting', effect: /^change: setting/, look: /^victim: setting/ },
  { what: 'an index', effect: /^change: (create|drop) index/, look: /^victim: (index-site|audit-relations)/ },
];

/** After a restart the world is looked at before it is touched; a sentence for each system where it was not. Pure. */
export function notVerifiedFirst(crossings: readonly Crossing[]): readonly string[] {
  return SYSTEMS.flatMap(({ what, effect, look }) => {
    const touched = crossings.findIndex(({ name, side }) => side === 'before' && effect.test(name));
    const looked = crossings.findIndex(({ name, side }) => side === 'after' && look.test(name));
    return touched === -1 || (looked !== -1 && looked < touched)
      ? []
      : [`After the restart ${what} was touched before it was looked at.`];
  });
}
