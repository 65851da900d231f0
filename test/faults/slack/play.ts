import { act, posted, until } from '../../slack/sandbox-control.ts';
import { ANNA } from '../../support/rig/slack-of.ts';
import type { Findings, StateOf } from '../fault.ts';
import type { FirebreakProcess } from '../world/firebreak-process.ts';
import { offersOf } from '../world/responder.ts';
import type { Scene } from '../world/scene.ts';
import type { World } from '../world.ts';
import type { Trouble } from './trouble.ts';

const PATIENCE_MS = 60_000;

/** One incident during which Slack is in trouble, as the trouble's author tells it. */
export interface Play {
  readonly scene: Scene;
  /** Starts Firebreak and waits until it runs. */
  readonly start: () => Promise<FirebreakProcess>;
  /** Starts Firebreak and sends the alert. */
  readonly open: () => Promise<FirebreakProcess>;
  /** Approves the step as soon as its card asks. */
  readonly run: (step: string) => Promise<void>;
  /** Waits until the journal holds such an event. */
  readonly recorded: (type: string, step?: string) => Promise<void>;
  /** Approves whatever is asked until the channel shows that all is closed. */
  readonly close: () => Promise<void>;
  /** A promise of this trouble alone. */
  readonly expect: (holds: boolean, otherwise: string) => void;
}

/** Plays until everything has come to rest, and tells what was found. */
export async function play(world: World, state: StateOf, { tell, allowed }: Trouble): Promise<Findings> {
  await using scene = await world.fresh({ state });
  const broken: string[] = [];
  const start = async () => {
    const process = scene.serve();
    if ((await process.started()) === 'ended') throw new Error(`Firebreak ended:\n${process.output()}`);
    return process;
  };
  const outcome = await tell({
    scene,
    start,
    async open() {
      const process = await start();
      await scene.sender.send();
      return process;
    },
    async run(step) {
      await until(`a click on the card of ${step}`, async () => approve(scene, step), PATIENCE_MS);
    },
    async recorded(type, step) {
      const isIt = ({ event }: Awaited<ReturnType<Scene['facts']>>['entries'][number]) =>
        event.type === type && (step === undefined || ('step' in event && event.step === step));
      await until(`${type} ${step ?? ''}`, async () => (await scene.facts()).entries.some(isIt), PATIENCE_MS);
    },
    async close() {
      await scene.responder.untilClosed({ patienceMs: PATIENCE_MS });
    },
    expect(holds, otherwise) {
      if (!holds) broken.push(otherwise);
    },
  });
  const findings = await scene.inspect(outcome, allowed);
  return { ...findings, broken: [...findings.broken, ...broken] };
}

/** Clicks Run on the newest card of the step; false when it does not ask, or Slack did not take the click. */
async function approve({ slack }: Scene, step: string): Promise<boolean> {
  const cards = (await posted(slack)).filter(({ key }) => key.startsWith(`step:${step}:`));
  const card = cards.at(-1)?.message;
  if (card === undefined || !offersOf(card).includes('step.run')) return false;
  try {
    return (await act(slack, ANNA, card, 'step.run')).ok;
  } catch (error) {
    if (String(error).includes('Look again')) return false;
    throw error;
  }
}
