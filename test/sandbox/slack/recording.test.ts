import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Frame, sceneAfter, stateOf } from '../../../src/sandbox/slack/recording/frame.ts';
import { readRecording } from '../../../src/sandbox/slack/recording/read-recording.ts';
import { startReplay } from '../../../src/sandbox/slack/recording/replay-server.ts';
import type { SlackSandbox } from '../../../src/sandbox/slack/server.ts';
import { launchChromium, withoutBrowser } from '../../support/chromium.ts';
import { ALICE, clientOf, control, INCIDENTS, startTestSandbox } from './harness.ts';

const home = { type: 'home' as const, blocks: [{ type: 'divider' as const }] };

/** Live state without what a recording does not keep. */
async function shownBy(sandbox: SlackSandbox): Promise<object> {
  const { httpStatus: _, version: __, ...state } = await control(sandbox, 'state');
  return state;
}

/** A conversation with posts, updates, removals, an ephemeral, a file and a Home; recorded frame by frame. */
async function recordSomething(): Promise<{ frames: Frame[]; live: object[] }> {
  await using sandbox = await startTestSandbox();
  const client = clientOf(sandbox);
  const frames: Frame[] = [];
  const end = sandbox.record((frame) => frames.push(JSON.parse(JSON.stringify(frame))));
  const live: object[] = [];
  const note = async () => void live.push(await shownBy(sandbox));
  await note();
  const parent = await client.chat.postMessage({ channel: INCIDENTS, text: 'Firing: pool exhausted' });
  await note();
  const ts = String(parent.ts);
  const card = await client.chat.postMessage({ channel: INCIDENTS, thread_ts: ts, text: 'Step 1: waiting' });
  await client.chat.update({ channel: INCIDENTS, ts: String(card.ts), text: 'Step 1: done' });
  await note();
  await client.chat.postEphemeral({ channel: INCIDENTS, user: ALICE, text: 'Only for Alice' });
  await client.chat.delete({ channel: INCIDENTS, ts: String(card.ts) });
  await client.views.publish({ user_id: ALICE, view: home });
  await client.filesUploadV2({
    channel_id: INCIDENTS,
    thread_ts: ts,
    filename: 'statement.sql',
    content: 'select 1',
  });
  await note();
  end();
  return { frames, live };
}

describe('a recording', () => {
  let recorded: { frames: Frame[]; live: object[] };
  beforeAll(async () => {
    recorded = await recordSomething();
  });

  test('shows at its end what the page showed, and on the way each state that it went through', () => {
    const { frames, live } = recorded;
    const states = frames.map((_, index) => JSON.stringify(stateOf(sceneAfter(frames.slice(0, index + 1)))));
    expect(JSON.parse(states.at(-1) ?? '')).toEqual(live.at(-1));
    for (const state of live) expect(states.map((text) => JSON.parse(text))).toContainEqual(state);
    const files = [...sceneAfter(frames).files.values()];
    expect(files.map(({ name, body }) => [name, body.toString()])).toEqual([['statement.sql', 'select 1']]);
  });

  test('is read from its file without a last line that was cut off, and nothing else is taken for one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fb-recording-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'incident.jsonl');
    writeFileSync(file, recorded.frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    expect(await readRecording(file)).toEqual(recorded.frames);
    appendFileSync(file, '{"at":17');
    expect(await readRecording(file)).toEqual(recorded.frames);
    appendFileSync(file, '00}\n{"broken"\n{"at":1}\n');
    await expect(readRecording(file)).rejects.toMatchObject({ code: 'bad-recording' });
    writeFileSync(file, 'a log line\n');
    await expect(readRecording(file)).rejects.toMatchObject({ code: 'bad-recording' });
    await expect(readRecording(join(directory, 'none'))).rejects.toMatchObject({ code: 'bad-recording' });
  });
});

describe.skipIf(withoutBrowser)('the page of a recording', () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => browser?.close());

  test('plays to its end, goes back where its bar is moved, and lets nothing be clicked', async () => {
    const { frames } = await recordSomething();
    await using replay = await startReplay(frames, { speed: 1000 });
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.setDefaultTimeout(20_000);
    await page.goto(`${replay.url}/?user=${ALICE}`);
    await page.getByText('a recording').waitFor();
    await page.getByRole('button', { name: 'Play again' }).waitFor();
    await page.locator('.pane-channel').getByText('Firing: pool exhausted').waitFor();
    await page.getByRole('slider', { name: 'Place in the recording' }).press('Home');
    await page.locator('.pane-channel').getByText('Firing: pool exhausted').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.locator('.pane-channel').getByText('Firing: pool exhausted').waitFor();
    const answer = await fetch(`${replay.url}/_sandbox/action`, { method: 'POST', body: '{}' });
    expect(await answer.json()).toMatchObject({ ok: false, error: expect.stringContaining('recording') });
    await page.close();
  });
});
