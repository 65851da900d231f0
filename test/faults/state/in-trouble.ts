import { setTimeout as delay } from 'node:timers/promises';
import { act, posted, shown, until } from '../../slack/sandbox-control.ts';
import { overloadAlert, sendAlert } from '../../support/rig/send-alert.ts';
import { ANNA } from '../../support/rig/slack-of.ts';
import type { Findings } from '../fault.ts';
import type { Facts } from '../world/facts.ts';
import type { FirebreakProcess } from '../world/firebreak-process.ts';
import { ONCE } from '../world/judge.ts';
import type { Scene } from '../world/scene.ts';

/** When in the incident the trouble begins. */
const moments = [
  'before the alert',
  'a decision is awaited',
  'in the middle of the kill',
  'the proof is measured',
] as const;
export type Moment = (typeof moments)[number];

/** Something that happens to the state, and its end. */
export interface Trouble {
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Whether Firebreak cannot write meanwhile. */
  readonly away: boolean;
  /** How an alert may be answered meanwhile, when Firebreak can write, but late. */
  readonly late?: readonly number[];
  /** How long it lasts at least, in milliseconds. */
  readonly lastsMs?: number;
}

const PATIENCE_MS = 60_000;
/** An answer to an alert, and to a click, has to come within this time, however the state is. */
const ANSWER_MS = 14_000;

/** One incident with the state in trouble at one moment; Firebreak is never started again. */
export async function inTrouble(scene: Scene, moment: Moment, trouble: Trouble): Promise<Findings> {
  const firebreak = scene.serve();
  if ((await firebreak.started()) === 'ended') throw new Error(`It does not start:\n${firebreak.output()}`);
  const broken: string[] = [];
  if (moment !== 'before the alert') await scene.sender.send();
  await reach(scene, moment);
  const before = moment === 'a decision is awaited' ? await doneSoFar(scene) : null;
  await trouble.begin();
  const began = performance.now();
  if (trouble.away) {
    const answered = await Promise.all([
      alertDuring(firebreak),
      moment === 'a decision is awaited' ? clickDuring(scene) : [],
    ]);
    broken.push(...answered.flat());
  }
  if (trouble.late !== undefined) broken.push(...(await alertDuring(firebreak, trouble.late)));
  await delay(Math.max(0, (trouble.lastsMs ?? 1_000) - (performance.now() - began)));
  if (before !== null && trouble.away && (await doneSoFar(scene)) !== before) {
    broken.push('Something was done while nothing could be recorded.');
  }
  await trouble.end();
  const ended = performance.now();
  await Promise.all([scene.sender.send(), scene.responder.untilClosed({ patienceMs: PATIENCE_MS })]);
  const seconds = ((performance.now() - ended) / 1000).toFixed(1);
  const allowed = { ...ONCE, ignoredCancels: ONCE.ignoredCancels + 1 };
  const findings = await scene.inspect(`closed ${seconds} s after it ended`, allowed);
  if (!firebreak.isRunning()) broken.push(`Firebreak ended:\n${firebreak.output()}`);
  broken.push(...failures(await scene.facts()));
  return { ...findings, broken: [...findings.broken, ...broken] };
}

/** Trouble of the state is no failure of a step: it goes on where it was. */
function failures({ entries }: Facts): string[] {
  return entries.flatMap(({ event }) =>
    event.type === 'step.failed' ? [`The step ${event.step} failed: ${event.fault.message}`] : [],
  );
}

async function reach(scene: Scene, moment: Moment): Promise<void> {
  if (moment === 'before the alert') return;
  const seen = scene.victim.log().length;
  await card(scene, 'suspend', 'step.run');
  if (moment === 'a decision is awaited') return;
  await approve(scene, 'suspend');
  await card(scene, 'kill', 'step.run');
  await approve(scene, 'kill');
  const pattern =
    moment === 'in the middle of the kill' ? /canceling statement due to user/ : /terminating connection/;
  await until('the kill', async () => pattern.test(scene.victim.log().slice(seen)), PATIENCE_MS);
  if (moment === 'the proof is measured') await card(scene, 'kill', 'came back');
}

async function card(scene: Scene, step: string, shows: string) {
  return until(
    `the card of ${step} shows ${shows}`,
    async () => {
      const found = (await posted(scene.slack)).findLast(({ key }) => key.startsWith(`step:${step}:`));
      return found !== undefined && JSON.stringify(found.message).includes(shows) ? found.message : undefined;
    },
    PATIENCE_MS,
  );
}

export async function approve(scene: Scene, step: string): Promise<void> {
  await until(
    `a click on ${step}`,
    async () =>
      act(scene.slack, ANNA, await card(scene, step, 'step.run'), 'step.run').catch(() => undefined),
    PATIENCE_MS,
  );
}

async function doneSoFar({ victim, cluster }: Scene): Promise<string> {
  const { metadata } = await cluster.batch.readNamespacedCronJob({ name: 'batch', namespace: 'analytics' });
  const signals = victim.log().match(/due to user request|due to administrator command/g)?.length ?? 0;
  return `${metadata?.generation}/${signals}`;
}

async function alertDuring(
  firebreak: FirebreakProcess,
  expected: readonly (number | string)[] = [503],
): Promise<string[]> {
  const began = performance.now();
  const sent = sendAlert(firebreak.httpUrl() ?? '', overloadAlert('while-away'));
  const status = await Promise.race([sent, delay(ANSWER_MS, 'none' as const)]).catch((error: unknown) =>
    String(error),
  );
  const ms = Math.round(performance.now() - began);
  return expected.includes(status) ? [] : [`An alert was answered with ${status} after ${ms} ms meanwhile.`];
}

/** A click while the state is away is answered to the person who clicked. */
async function clickDuring(scene: Scene): Promise<string[]> {
  const known = (await shown(scene.slack)).length;
  const clicked = act(scene.slack, ANNA, await card(scene, 'suspend', 'step.run'), 'step.run');
  clicked.catch(() => undefined);
  const told = until(
    'an answer to the click',
    async () =>
      (await shown(scene.slack))
        .slice(known)
        .find(
          ({ ephemeral_to, text }) =>
            ephemeral_to === ANNA && /nothing was done|whether this was recorded/.test(text),
        ),
    ANSWER_MS,
  );
  return await told.then(
    () => [],
    () => ['Nobody told the person who clicked that nothing was done.'],
  );
}
