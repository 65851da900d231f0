import { act, posted, type Shown, shown, until } from '../../slack/sandbox-control.ts';
import { ANNA, BEN, DANA, GUEST, STRANGER } from '../../support/rig/slack-of.ts';
import type { Findings } from '../fault.ts';
import { QUICK_STEPS } from '../world/quick-steps.ts';
import type { Scene, SceneOptions } from '../world/scene.ts';
import type { World } from '../world.ts';

/** Who may decide; the guest and the stranger are on the list too, and are refused nevertheless. */
const LISTED = [ANNA, BEN, DANA, GUEST, STRANGER];
const PATIENCE_MS = 60_000;

/** What a fault does to the first card, and what was found wrong about it. */
export type Act = (scene: Scene, card: Shown) => Promise<readonly string[]>;

/** Two replicas on one state, an alert, the card of the first step; then the act; then the incident is brought to its end. */
export async function onTwoReplicas(
  world: World,
  options: Partial<SceneOptions> & { readonly confirm?: 'one' | 'two' },
  act_: Act,
): Promise<Findings> {
  const { confirm = 'one', ...more } = options;
  const steps = QUICK_STEPS.map((step) => (step.id === 'suspend' ? { ...step, confirm } : step));
  const authority = { observe: LISTED, workload: LISTED, session: LISTED, incident: LISTED };
  await using scene = await world.fresh({ state: 'postgres', steps, config: { authority }, ...more });
  const processes = [scene.serve(), scene.serve()];
  await Promise.all(processes.map(async (process) => process.started()));
  await scene.sender.send();
  const card = await cardOf(scene, 'suspend', 'step.run');
  const problems = await act_(scene, card);
  const outcome = await bringToEnd(scene);
  const findings = await scene.inspect(outcome);
  const decided = (await scene.facts()).entries.filter(
    ({ event }) => event.type === 'decision.recorded' && event.step === 'suspend' && event.attempt === 1,
  );
  const often = decided.length > 1 ? [`${decided.length} decisions stand on the first step.`] : [];
  return { ...findings, broken: [...findings.broken, ...often, ...problems] };
}

/** The newest card of a step, once it offers this. */
export async function cardOf({ slack }: Scene, step: string, actionId: string): Promise<Shown> {
  return until(
    `the card of ${step} offers ${actionId}`,
    async () => {
      const cards = (await posted(slack)).filter(({ key }) => key.startsWith(`step:${step}:`));
      const message = cards.at(-1)?.message;
      return message !== undefined && JSON.stringify(message.blocks).includes(`"${actionId}"`)
        ? message
        : undefined;
    },
    PATIENCE_MS,
  );
}

/** A click; null when the card was drawn anew under it. */
export async function click(scene: Scene, by: string, card: Shown, actionId: string, more: object = {}) {
  return act(scene.slack, by, card, actionId, more).catch((error: unknown) => {
    if (String(error).includes('Look again')) return null;
    throw error;
  });
}

/** What a person was told privately. */
export async function toldTo({ slack }: Scene, user: string): Promise<string[]> {
  const all = await shown(slack);
  return all.filter(({ ephemeral_to }) => ephemeral_to === user).map(({ text }) => text);
}

/** How often this kind of event stands in the journal. */
export async function countOf(scene: Scene, type: string, step = 'suspend'): Promise<number> {
  const { entries } = await scene.facts();
  return entries.filter(({ event }) => event.type === type && (!('step' in event) || event.step === step))
    .length;
}

/** Runs what is left where the source was suspended; closes by hand what was skipped or stopped. */
async function bringToEnd(scene: Scene): Promise<string> {
  const decided = await countOf(scene, 'decision.recorded');
  if (decided > 0 && (await countOf(scene, 'run.aborted')) === 0) {
    await scene.responder.untilClosed({ clicks: ['step.run'] });
    return 'one decision stood, closed';
  }
  await until(
    'the incident is closed',
    async () => {
      const parent = (await posted(scene.slack)).find(({ key }) => key === 'parent')?.message;
      if (parent?.text.startsWith('Closed') === true) return true;
      const offers = JSON.stringify(parent?.blocks ?? []).includes('"incident.close"');
      if (parent !== undefined && offers) await click(scene, ANNA, parent, 'incident.close');
      return false;
    },
    PATIENCE_MS,
  );
  return 'nothing was run, closed by hand';
}
