import type { Family, Fault, Findings, StateOf } from '../fault.ts';
import { judgeStorm } from '../storm/judge-storm.ts';
import { runStorm, type StormCourse } from '../storm/run-storm.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const SERVICES = 200;
const IGNORED = 10;

/** 10,000 alerts in a minute, and a smaller storm in which the process is killed. */
export const storm: Family = {
  name: 'storm',
  lanes: 1,
  async open(stack, { states }) {
    const worlds = await openWorlds(stack, 1);
    const kill = (state: StateOf): Fault => ({
      fault: 'kill -9 in a storm',
      boundary: '3,000 alerts in 18 s',
      state,
      run: async (lane) =>
        weather(worldOf(worlds, lane), {
          state,
          services: 60,
          durationMs: 18_000,
          ignored: 5,
          killAtMs: 7_000,
          drainMs: 0,
        }),
    });
    const full: Fault = {
      fault: 'storm of alerts',
      boundary: '10,000 in a minute for 200 services',
      state: 'embedded',
      run: async (lane) =>
        weather(worldOf(worlds, lane), {
          state: 'embedded',
          services: SERVICES,
          durationMs: 60_000,
          ignored: IGNORED,
          killAtMs: null,
          drainMs: 0,
        }),
    };
    return [full, ...states.map(kill)];
  },
};

async function weather(world: World, course: StormCourse): Promise<Findings> {
  return judgeStorm(course, await runStorm(world, course));
}
