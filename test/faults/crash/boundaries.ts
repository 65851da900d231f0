import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateOf } from '../fault.ts';
import type { ServeOptions } from '../world/scene.ts';
import type { World } from '../world.ts';
import type { Course, Effects } from './course.ts';
import { Crossing, ORDERS, type Orders } from './crossing.ts';

/** What is loaded before Firebreak. */
const INSTRUMENT = join(import.meta.dirname, 'instrument.ts');

/** A place where the process touches the outside, and which crossing of it is meant. */
export interface Boundary {
  readonly name: string;
  readonly nth: number;
}

/** What the process gets to be instrumented. */
export function instrumented(orders: Orders) {
  return { preload: [INSTRUMENT], env: { [ORDERS]: JSON.stringify(orders) } };
}

/** The sources of a course, where it has its own. */
export function from({ sources }: Course): Pick<ServeOptions, 'sources'> {
  return sources === undefined ? {} : { sources };
}

/** What an instrumented process wrote down; a line that its death cut off is left out. */
export function readRecord(path: string): readonly Crossing[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => Crossing.parse(JSON.parse(line)));
}

/** A run without a fault. */
export interface Recording {
  /** In the order of their first crossing. */
  readonly boundaries: readonly Boundary[];
  readonly effects: Effects;
}

/** Goes through a course without a fault, and tells the boundaries that it crosses and what it did to the world. */
export async function record(world: World, state: StateOf, course: Course): Promise<Recording> {
  await course.prepare(world);
  await using scene = await world.fresh({ ...course.scene, state });
  const path = join(scene.installation.directory, 'crossings');
  scene.serve({ ...instrumented({ record: path, kill: null }), ...from(course) });
  await course.play(scene);
  const { broken } = await course.inspect(scene, 'recorded');
  if (broken.length > 0) throw new Error(`The run without a fault was not clean: ${broken.join(' ')}`);
  const effects = await course.effects(scene);
  return { boundaries: boundariesOf(readRecord(path)), effects };
}

/**
 * Each signal is an effect on a session of its own, each change one on a setting, and an alert that is taken up again is
 * held for another reason each time: the first and the last are taken.
 */
const EACH = /^(signal|change): |taken up again/;
/**
 * Not crossed in every run: a refusal by a person who clicks twice, unless the plan was too old, the acknowledgement of
 * that click in the middle of an effect, and how far the suspension is by a look that comes before the cluster has heard
 * of it.
 */
const INCIDENTAL = /^(?!.*outdated).*refused|^ack of a click, after effect\.|^progress of suspend$/;

/**
 * One boundary for each name. What comes again under one name does the same at another moment: an update of the same
 * card, a poll of the queue, a look at the world in the same phase.
 */
export function boundariesOf(crossings: readonly Crossing[]): readonly Boundary[] {
  const counts = new Map<string, number>();
  for (const { name, side } of crossings) {
    if (side === 'before' && !INCIDENTAL.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].flatMap(([name, count]) =>
    count > 1 && EACH.test(name)
      ? [
          { name, nth: 1 },
          { name, nth: count },
        ]
      : [{ name, nth: 1 }],
  );
}
