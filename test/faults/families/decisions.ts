import { setTimeout as delay } from 'node:timers/promises';
import { replay, type Shown, until } from '../../slack/sandbox-control.ts';
import { ANNA, BEN, DANA, GUEST, STRANGER } from '../../support/rig/slack-of.ts';
import { type Act, cardOf, click, countOf, onTwoReplicas, toldTo } from '../decisions/replicas-scene.ts';
import type { Family, Fault } from '../fault.ts';
import type { Scene } from '../world/scene.ts';
import { openWorlds, worldOf } from '../world.ts';

const LANES = 2;
const PEOPLE = [ANNA, BEN, DANA];
const AT_ONCE = 20;

/** Decisions at once, again and too late: from several people, on two replicas of one state. */
export const decisions: Family = {
  name: 'decisions',
  lanes: LANES,
  async open(stack, { states }) {
    if (!states.includes('postgres')) return [];
    const worlds = await openWorlds(stack, LANES);
    const fault = (
      name: string,
      boundary: string,
      act: Act,
      options: Parameters<typeof onTwoReplicas>[1] = {},
    ): Fault => ({
      fault: name,
      boundary,
      state: 'postgres',
      run: async (lane) => onTwoReplicas(worldOf(worlds, lane), options, act),
    });
    return [
      fault(`${AT_ONCE} clicks at once of three people, each delivered twice`, 'on one card', storm),
      fault('Run, Skip and Abort at once', 'on one card', runSkipAbort),
      fault('a double click, one of them delivered to every connection', 'on one card', doubleClick),
      fault('ten clicks of one person, then a second person', 'on a step of two people', samePerson, {
        confirm: 'two',
      }),
      fault('a click after the time of the plan, delivered again', 'on an expired plan', expired, {
        runbook: { planValidMinutes: 0.1 },
      }),
      fault('a click on the card as it was before', 'on a plan that was made anew', staleCard, {
        confirm: 'two',
      }),
      fault('a recorded click is delivered again', 'after its step is over', replayed),
      fault('clicks of a guest and of a stranger who are on the list', 'on one card', outsiders),
    ];
  },
};

const late = /decided \((Run|Skip|Abort)\)/;

async function storm(scene: Scene, card: Shown): Promise<readonly string[]> {
  const clicks = Array.from({ length: AT_ONCE }, async (_, index) => {
    const by = PEOPLE[index % PEOPLE.length] ?? ANNA;
    return { by, done: await click(scene, by, card, 'step.run', { deliveries: 2, connection: index }) };
  });
  const taken = (await Promise.all(clicks)).filter(({ done }) => done !== null);
  return await everybodyIsTold(scene, taken);
}

/** Every click but the one that stands is answered with who decided. */
async function everybodyIsTold(scene: Scene, taken: readonly { by: string }[]): Promise<readonly string[]> {
  const decider = await deciderOf(scene);
  const problems: string[] = [];
  for (const person of PEOPLE) {
    const own = taken.filter(({ by }) => by === person).length - (person === decider ? 1 : 0);
    const count = async () => (await toldTo(scene, person)).filter((text) => late.test(text)).length;
    await until(`${person} is told`, async () => (await count()) >= own, 15_000).catch(() => undefined);
    if ((await count()) < own)
      problems.push(`${person} clicked ${own} times too late and was told ${await count()} times.`);
  }
  const refusals = await countOf(scene, 'decision.refused');
  return refusals > 2 * PEOPLE.length ? [...problems, `${refusals} refusals bloat the journal.`] : problems;
}

async function deciderOf(scene: Scene): Promise<string | null> {
  return await until('somebody decided', async () => {
    const { entries } = await scene.facts();
    const found = entries.find(({ event }) =>
      ['decision.recorded', 'step.skipped', 'run.aborted'].includes(event.type),
    )?.event;
    return found !== undefined && 'by' in found && found.by?.kind === 'person' ? found.by.id : undefined;
  });
}

async function runSkipAbort(scene: Scene, card: Shown): Promise<readonly string[]> {
  const wishes = [
    [ANNA, 'step.run'],
    [BEN, 'step.skip'],
    [DANA, 'step.abort'],
  ] as const;
  await Promise.all(
    wishes.map(async ([by, what], index) =>
      click(scene, by, card, what, { deliveries: 2, connection: index }),
    ),
  );
  const decider = await deciderOf(scene);
  const told = async () =>
    Promise.all(
      PEOPLE.filter((one) => one !== decider).map(async (one) => (await toldTo(scene, one)).join(' ')),
    );
  // Stopping is possible in the moment after Run, before its effect: then one of them was not too late.
  const aborted = (await countOf(scene, 'run.aborted', '')) > 0;
  const enough = aborted ? 1 : 2;
  const isTold = async () => (await told()).filter((text) => late.test(text)).length >= enough;
  await until('the others are told', isTold, 15_000).catch(() => undefined);
  return (await isTold()) ? [] : [`The others were told: ${JSON.stringify(await told())}`];
}

async function doubleClick(scene: Scene, card: Shown): Promise<readonly string[]> {
  const [first, second] = await Promise.all([
    click(scene, ANNA, card, 'step.run', { deliveries: 4, connection: 0 }),
    click(scene, ANNA, card, 'step.run'),
  ]);
  if (first === null || second === null) return ['The card was gone before the double click.'];
  await until('the second is answered', async () => (await toldTo(scene, ANNA)).length > 0, 15_000);
  const told = await toldTo(scene, ANNA);
  return told.every((text) => text.startsWith('You decided (Run)'))
    ? []
    : [`Anna was told: ${JSON.stringify(told)}`];
}

async function samePerson(scene: Scene, card: Shown): Promise<readonly string[]> {
  await click(scene, ANNA, card, 'step.run', { deliveries: 2, connection: 0 });
  const fixed = await cardOf(scene, 'suspend', 'step.withdraw');
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) =>
      click(scene, ANNA, fixed, 'step.run', { deliveries: 2, connection: index }),
    ),
  );
  const early = await countOf(scene, 'decision.recorded');
  await until(
    'Anna is told',
    async () => (await toldTo(scene, ANNA)).some((text) => /counts once/.test(text)),
    15_000,
  );
  await click(scene, BEN, await cardOf(scene, 'suspend', 'step.withdraw'), 'step.run', {
    deliveries: 2,
    connection: 1,
  });
  const { entries } = await scene.facts();
  const decided = entries.flatMap(({ event }) =>
    event.type === 'decision.recorded' && event.step === 'suspend' ? [event] : [],
  );
  const [only] = decided;
  const isBoth = only?.by.kind === 'person' && only.by.id === BEN && only.first?.id === ANNA;
  return [
    ...(early > 0 ? ['One person alone decided a step of two.'] : []),
    ...(isBoth ? [] : [`The decision names ${JSON.stringify([only?.first, only?.by])}.`]),
  ];
}

async function expired(scene: Scene, card: Shown): Promise<readonly string[]> {
  await delay(6_500);
  const done = await click(scene, ANNA, card, 'step.run', { deliveries: 2, connection: 0 });
  if (done === null) return ['The card was drawn anew before the click.'];
  await until('the plan is made anew', async () => (await countOf(scene, 'step.planned')) >= 2, 30_000);
  await replay(scene.slack, done.click, 1);
  const decided = await countOf(scene, 'decision.recorded');
  // A quick second decision on the new plan, so that it does not expire as well.
  const fresh = await until('the new card', async () => {
    const now = await cardOf(scene, 'suspend', 'step.run');
    return JSON.stringify(now.blocks) === JSON.stringify(card.blocks) ? undefined : now;
  });
  await click(scene, ANNA, fresh, 'step.run');
  return decided === 0 ? [] : ['A click on an expired plan ran the next one.'];
}

async function staleCard(scene: Scene, card: Shown): Promise<readonly string[]> {
  const first = await click(scene, ANNA, card, 'step.run');
  const fixed = await cardOf(scene, 'suspend', 'step.withdraw');
  await click(scene, BEN, fixed, 'step.withdraw');
  await until('the plan is made anew', async () => (await countOf(scene, 'step.planned')) >= 2, 30_000);
  if (first !== null)
    await Promise.all([0, 1, 2, 3].map(async (connection) => replay(scene.slack, first.click, connection)));
  const approvals = await countOf(scene, 'approval.recorded');
  const fresh = await until('the new card', async () => {
    const now = await cardOf(scene, 'suspend', 'step.run');
    return JSON.stringify(now.blocks).includes('step.withdraw') ? undefined : now;
  });
  await click(scene, ANNA, fresh, 'step.run');
  await click(scene, BEN, await cardOf(scene, 'suspend', 'step.withdraw'), 'step.run');
  return approvals === 1 ? [] : ['A click on the plan before approved the new one.'];
}

async function replayed(scene: Scene, card: Shown): Promise<readonly string[]> {
  const done = await click(scene, ANNA, card, 'step.run');
  await cardOf(scene, 'kill', 'step.run');
  if (done === null) return ['The card was gone before the click.'];
  const before = (await scene.facts()).entries.length;
  await Promise.all([0, 1, 2, 3].map(async (connection) => replay(scene.slack, done.click, connection)));
  const after = (await scene.facts()).entries.length;
  const told = await toldTo(scene, ANNA);
  return [
    ...(after === before ? [] : [`A replayed click added ${after - before} entries to the journal.`]),
    ...(told.length === 0 ? [] : [`Anna was told about her own decision: ${told.join(' ')}`]),
  ];
}

async function outsiders(scene: Scene, card: Shown): Promise<readonly string[]> {
  await Promise.all(
    [GUEST, STRANGER].flatMap((by) =>
      ['step.run', 'step.skip', 'step.abort'].map(async (what) => click(scene, by, card, what)),
    ),
  );
  const counts = await Promise.all(
    ['decision.recorded', 'step.skipped', 'run.aborted'].map(async (type) => countOf(scene, type)),
  );
  await until('the guest is told', async () => (await toldTo(scene, GUEST)).length > 0, 15_000);
  await click(scene, ANNA, await cardOf(scene, 'suspend', 'step.run'), 'step.run');
  return counts.every((count) => count === 0) ? [] : ['Somebody decided who never may.'];
}
