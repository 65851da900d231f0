import { setTimeout as delay } from 'node:timers/promises';
import { withSession } from '../../../src/drill/victim/connection.ts';
import { act, posted } from '../../slack/sandbox-control.ts';
import { ANNA } from '../../support/rig/slack-of.ts';
import { offersOf } from '../world/responder.ts';
import type { Scene } from '../world/scene.ts';

/** One click of Run. */
export interface Click {
  /** Milliseconds from the click to the decision in the journal. */
  readonly decidedMs: number;
  /** Milliseconds that the person had waited for the card. */
  readonly cardMs: number;
}

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;
const DECISIONS =
  "select count(*)::int as count from firebreak.journal where type = 'decision.recorded' and stream = $1";

/** Works on one incident: clicks Run on each card as soon as it is there, until the signal aborts. */
export async function workOn(
  scene: Scene,
  incident: string,
  stateUrl: () => Promise<string | null>,
  signal: AbortSignal,
): Promise<Click[]> {
  const clicks: Click[] = [];
  let waitingSince = performance.now();
  while (!signal.aborted) {
    const card = await nextCard(scene, incident);
    const url = await stateUrl();
    if (card === null || url === null) {
      await delay(LOOK_MS);
      continue;
    }
    const cardMs = performance.now() - waitingSince;
    const decidedMs = await decide(scene, incident, card, url);
    if (decidedMs !== null) clicks.push({ decidedMs, cardMs });
    waitingSince = performance.now();
  }
  return clicks;
}

/** The newest card of the incident that can be run. */
async function nextCard({ slack }: Scene, incident: string) {
  const messages = (await posted(slack)).map(({ message }) => message);
  const found = messages.findLast(
    (message) =>
      message.metadata?.event_payload.incident === incident && offersOf(message).includes('step.run'),
  );
  return found ?? null;
}

/** Null when it was clicked in vain, because the card was drawn anew or the process had just been killed. */
async function decide(
  { slack }: Scene,
  incident: string,
  card: Parameters<typeof act>[2],
  url: string,
): Promise<number | null> {
  return withSession(url, async (session) => {
    const count = async () =>
      (await session.query<{ count: number }>(DECISIONS, [incident])).rows[0]?.count ?? 0;
    const before = await count();
    const clickedAt = performance.now();
    await act(slack, ANNA, card, 'step.run').catch(() => undefined);
    while (performance.now() - clickedAt < PATIENCE_MS / 10) {
      if ((await count()) > before) return performance.now() - clickedAt;
      await delay(10);
    }
    return null;
  }).catch(() => null);
}
