import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateOf } from '../fault.ts';
import type { World } from '../world.ts';
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

/** What an instrumented process wrote down; a line that its death cut off is left out. */
export function readRecord(path: string): readonly Crossing[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => Crossing.parse(JSON.parse(line)));
}

/** Runs one incident without a fault and lists the boundaries that it crosses, in the order of their first crossing. */
export async function recordBoundaries(world: World, state: StateOf): Promise<readonly Boundary[]> {
  await using scene = await world.fresh({ state });
  const record = join(scene.installation.directory, 'crossings');
  scene.serve(instrumented({ record, kill: null }));
  await Promise.all([scene.sender.send(), scene.responder.untilClosed()]);
  const { broken } = await scene.inspect('recorded');
  if (broken.length > 0) throw new Error(`The run without a fault was not clean: ${broken.join(' ')}`);
  return boundariesOf(readRecord(record));
}

/** Each signal is an effect on a session of its own: the first and the last are taken. */
const EACH = /^signal: /;
/** Only a person who clicks twice crosses it. */
const INCIDENTAL = /refused/;

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
