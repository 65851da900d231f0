import type { Family, Fault, StateOf } from '../fault.ts';
import { canMount, embeddedSignalled, onSmallDisk } from '../state/embedded-troubles.ts';
import { externalTroubles } from '../state/external-troubles.ts';
import { inTrouble, type Moment } from '../state/in-trouble.ts';
import { disturbedState } from '../state/lane-server.ts';
import { external, lostTransactions } from '../state/lost-transactions.ts';
import { restored } from '../state/restored.ts';
import { openWorlds, type World, worldOf } from '../world.ts';

const LANES = 2;

/** Firebreak's own database is restarted, fails over, is full, slow, away, or lost and restored. */
export const state: Family = {
  name: 'state',
  lanes: LANES,
  async open(stack, { states }) {
    const worlds = await openWorlds(stack, LANES);
    const mayMount = await canMount();
    if (!mayMount) process.stderr.write('state: left out, as mounting is not allowed here: disk full\n');
    const all = [...externalFaults(worlds), ...embeddedFaults(worlds, mayMount), ...restores(worlds)];
    return all.filter((fault) => states.includes(fault.state));
  },
};

function externalFaults(worlds: readonly World[]): Fault[] {
  const troubled = externalTroubles.flatMap(({ fault, moments, ...trouble }) =>
    moments.map(
      (moment): Fault => ({
        fault,
        boundary: moment,
        state: 'postgres',
        async run(lane) {
          await using stack = new AsyncDisposableStack();
          const disturbed = await disturbedState(stack);
          const begun = await trouble.make(disturbed);
          await using scene = await worldOf(worlds, lane).fresh({
            state: 'postgres',
            external: external(disturbed),
          });
          return await inTrouble(scene, moment, begun);
        },
      }),
    ),
  );
  const lost: Fault = {
    fault: 'state fails over and has lost confirmed transactions',
    boundary: 'after effect.completed',
    state: 'postgres',
    run: async (lane) => lostTransactions(worldOf(worlds, lane)),
  };
  return [...troubled, lost];
}

function embeddedFaults(worlds: readonly World[], mayMount: boolean): Fault[] {
  const signalled = (
    [
      ['SIGKILL', 'a decision is awaited'],
      ['SIGKILL', 'in the middle of the kill'],
      ['SIGINT', 'the proof is measured'],
    ] as const
  ).map(
    ([signal, moment]): Fault => ({
      fault: `embedded server ended by ${signal}`,
      boundary: moment,
      state: 'embedded',
      async run(lane) {
        await using scene = await worldOf(worlds, lane).fresh({ state: 'embedded' });
        return await inTrouble(scene, moment, embeddedSignalled(scene, signal));
      },
    }),
  );
  const disks: readonly (readonly [string, Moment, boolean])[] = [
    ['disk of the state full', 'the proof is measured', false],
    ['disk of the state full, its server gives up', 'a decision is awaited', true],
  ];
  const full = disks.map(
    ([fault, moment, toTheEnd]): Fault => ({
      fault,
      boundary: moment,
      state: 'embedded',
      async run(lane) {
        await using scene = await worldOf(worlds, lane).fresh({ state: 'embedded' });
        await using stack = new AsyncDisposableStack();
        return await inTrouble(scene, moment, await onSmallDisk(scene, stack, toTheEnd));
      },
    }),
  );
  return mayMount ? [...signalled, ...full] : signalled;
}

function restores(worlds: readonly World[]): Fault[] {
  return (['embedded', 'postgres'] as const).map(
    (kind: StateOf): Fault => ({
      fault: 'state lost and restored from a backup',
      boundary: 'a decision is awaited',
      state: kind,
      run: async (lane) => restored(worldOf(worlds, lane), kind),
    }),
  );
}
