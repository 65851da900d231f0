import { until } from '../../slack/sandbox-control.ts';
import type { Findings } from '../fault.ts';
import { ONCE } from '../world/judge.ts';
import type { World } from '../world.ts';
import { approve } from './in-trouble.ts';
import { disturbedState } from './lane-server.ts';

/** The database confirms the decision and its effect, dies, and its replica has never heard of them. */
export async function lostTransactions(world: World): Promise<Findings> {
  await using stack = new AsyncDisposableStack();
  const state = await disturbedState(stack);
  await using scene = await world.fresh({ state: 'postgres', external: external(state) });
  const firebreak = scene.serve();
  await firebreak.started();
  await scene.sender.send();
  await until('a card', async () =>
    (await scene.facts()).messages.some(({ offers }) => offers.includes('step.run')),
  );
  const replica = await state.replica(false);
  await approve(scene, 'suspend');
  await until('the suspension', async () => (await scene.facts()).specChanges === 1);
  await until('its completion', async () =>
    (await scene.facts()).entries.some(({ event }) => event.type === 'effect.completed'),
  );
  await state.stop('immediate');
  await replica.promote();
  await scene.responder.untilClosed({ clicks: ['step.run', 'step.skip'] });
  const findings = await scene.inspect('closed, on new plans', { ...ONCE, ignoredCancels: 2 });
  const told = (await scene.facts()).entries.some(({ event }) => event.type === 'journal.lost');
  // Cards of what was lost stay in Slack, and nobody can know them: they are told, not counted.
  const broken = findings.broken.filter((line) => !/in no row|once more|still offers/.test(line));
  return {
    ...findings,
    outcome: `${findings.outcome}; ${findings.orphans} messages of what was lost stay`,
    orphans: 0,
    broken: [...broken, ...(told ? [] : ['The journal does not say that entries were lost.'])],
  };
}

export function external(state: { url: () => string; reached: string }) {
  return {
    get url() {
      return state.url();
    },
    reached: state.reached,
  };
}
