import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StateOf } from '../fault.ts';
import type { Scene } from '../world/scene.ts';
import { embeddedServer } from '../world/state-of-lane.ts';
import type { World } from '../world.ts';
import { makeStorm } from './alerts.ts';
import { sendBadRequests } from './bad-requests.ts';
import { type Click, workOn } from './person.ts';
import { type InSlack, readSlack } from './read-slack.ts';
import { readStorm, type Stored } from './read-storm.ts';
import { openStorm, STORM_TOKEN, stormUrl } from './storm-scene.ts';
import { type Sent, sendStorm } from './storm-sender.ts';
import { type Watched, watchProcess } from './watch-process.ts';

export interface StormCourse {
  readonly state: StateOf;
  readonly services: number;
  readonly durationMs: number;
  /** Services that no runbook is for. */
  readonly ignored: number;
  /** When the process is killed and started again, after the begin of the storm; null for never. */
  readonly killAtMs: number | null;
  /** Waits until every incident has its parent in Slack, at most this long after the storm. */
  readonly drainMs: number;
}

/** What was seen of a storm. */
export interface Storm {
  readonly sent: Sent;
  /** Requests that were answered otherwise than they should be. */
  readonly wrong: readonly string[];
  readonly watched: Watched;
  readonly clicksBefore: readonly Click[];
  readonly clicks: readonly Click[];
  readonly stored: Stored;
  readonly slack: InSlack;
  /** Milliseconds from the end of the storm until every alert was settled. */
  readonly settledMs: number;
  /** Milliseconds from the end of the storm until every incident had its parent, null when that was not waited for. */
  readonly drainedMs: number | null;
}

const SETTLE_MS = 60_000;
const CALM_MS = 8_000;

/** Lets a storm happen on real parts while a person works on an incident that was open before. */
export async function runStorm(world: World, course: StormCourse): Promise<Storm> {
  await using scene = await openStorm(world, course.state, course.services);
  const stateUrl = async () =>
    scene.stateUrl ?? (await embeddedServer(join(scene.installation.directory, 'state')))?.url() ?? null;
  await started(scene);
  await scene.sender.send();

  const before = new AbortController();
  const calm = workOn(scene, 'INC-1', stateUrl, before.signal);
  await delay(CALM_MS);
  before.abort();
  const clicksBefore = await calm;

  const over = new AbortController();
  const target = { url: () => stormUrl(scene), token: STORM_TOKEN };
  const process = scene.running()[0];
  if (process === undefined) throw new Error('Firebreak does not run.');
  const watching = watchProcess(process.pid, process.httpUrl() ?? '', over.signal);
  const working = workOn(scene, 'INC-1', stateUrl, over.signal);
  const bad = sendBadRequests(target, over.signal);
  const killing = course.killAtMs === null ? null : killLater(scene, course.killAtMs);
  const sent = await sendStorm(makeStorm(course), target);
  await killing;
  const endedAt = performance.now();
  const settled = await eventually(SETTLE_MS, stateUrl, ({ unsettled }) => unsettled === 0);
  const settledMs = performance.now() - endedAt;
  const isDrained = ({ parents }: Stored) => parents.every(({ ts }) => ts !== null);
  const drained = course.drainMs > 0 ? await eventually(course.drainMs, stateUrl, isDrained) : settled;
  const drainedMs = isDrained(drained) ? performance.now() - endedAt : null;
  over.abort();
  return {
    sent,
    wrong: await bad,
    watched: await watching,
    clicksBefore,
    clicks: await working,
    stored: drained,
    slack: await readSlack(scene),
    settledMs,
    drainedMs,
  };
}

async function started(scene: Scene): Promise<void> {
  const process = scene.serve();
  if ((await process.started()) === 'ended') throw new Error(`Firebreak ended:\n${process.output()}`);
}

async function killLater(scene: Scene, ms: number): Promise<void> {
  await delay(ms);
  const [process] = scene.running();
  process?.kill('SIGKILL');
  await process?.exited;
  await started(scene);
}

/** Reads the state until it is as wanted or the time is over; the last reading. */
async function eventually(
  ms: number,
  stateUrl: () => Promise<string | null>,
  wanted: (stored: Stored) => boolean,
): Promise<Stored> {
  const deadline = performance.now() + ms;
  for (;;) {
    const url = await stateUrl();
    if (url === null) throw new Error('The state does not run.');
    const stored = await readStorm(url);
    if (wanted(stored) || performance.now() > deadline) return stored;
    await delay(250);
  }
}
