import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebClient } from '@slack/web-api';
import type { FakeSlack } from './fake-slack.ts';
import { run } from './process.ts';
import { createSender } from './sender.ts';

/** A page of PostgreSQL's log. */
const PAGE = 8192;
const CHANNEL = 'C0FLOOR';
const RELAY_CHANNEL = 'C0RELAY';

/** Milliseconds of one write of a page with its sync of the disk, so many times, with a pause before each. */
export async function syncs(directory: string, times: number): Promise<number[]> {
  const path = join(directory, 'floor');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(PAGE, 1);
  const took: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await delay(20);
    const began = performance.now();
    writeSync(file, page, 0, PAGE, 0);
    fdatasyncSync(file);
    took.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(path);
  return took;
}

/** Milliseconds from a call of Slack's SDK to its arrival, so many times, with a pause before each. */
export async function sdkCalls(slack: FakeSlack, times: number): Promise<number[]> {
  const client = new WebClient('xoxb-floor', { slackApiUrl: slack.apiUrl });
  const took: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await delay(20);
    const arrived = slack.next(({ channel }) => channel === CHANNEL);
    const began = performance.now();
    const call = client.chat.postMessage({ channel: CHANNEL, text: 'floor' });
    took.push((await arrived).at - began);
    await call;
  }
  return took;
}

/**
 * Milliseconds from the POST to a process without decisions until its call of Slack arrives, so many times: one that stores
 * nothing, or one that stores a row in the PostgreSQL of that URL first.
 */
export async function relays(slack: FakeSlack, times: number, databaseUrl?: string): Promise<number[]> {
  const script = join(import.meta.dirname, 'relay.ts');
  const store = databaseUrl === undefined ? [] : [databaseUrl];
  await using relay = run(process.execPath, [script, slack.apiUrl, RELAY_CHANNEL, ...store]);
  await relay.said('relay at ');
  using sender = createSender(/http:\S+/.exec(relay.output())?.[0] ?? '');
  const took: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await delay(20);
    const arrived = slack.next(({ channel }) => channel === RELAY_CHANNEL);
    const { sentAt } = await sender.post({ status: 'firing', round });
    took.push((await arrived).at - sentAt);
  }
  return took;
}
