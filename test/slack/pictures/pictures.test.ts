import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createCharts } from '../../../src/adapters/charts/create-charts.ts';
import type { Charts } from '../../../src/ports/charts.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { outageIncident } from '../../charts/outage.ts';
import { calls, fault, posted } from '../sandbox-control.ts';
import { createRig, type Rig, type RigOptions, renderAll, startSandbox } from '../support.ts';

/** The smallest bytes that are taken for a picture here: what is drawn is tested where it is drawn. */
const dot: Charts = { png: async () => new Uint8Array([137, 80, 78, 71]) };

async function outageRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig({ charts: dot, ...options });
  rig.desk.views.set('INC-1', { incident: outageIncident(), progress: null });
  return rig;
}

/** The messages that show a picture, with what is read out for it. */
async function pictured(rig: Rig): Promise<[string, string][]> {
  return (await posted(rig.sandbox)).flatMap(({ key, message }) =>
    (message.blocks ?? []).flatMap((block): [string, string][] =>
      block.type === 'image' ? [[key, String(block.alt_text)]] : [],
    ),
  );
}

async function untilPictured(rig: Rig, count: number): Promise<[string, string][]> {
  for (;;) {
    await renderAll(rig.bot);
    const found = await pictured(rig);
    if (found.length >= count) return found;
    await delay(100);
  }
}

test('the watch and the closed incident show a picture with its words, each uploaded once', {
  timeout: 120_000,
}, async () => {
  const rig = await outageRig({ charts: createCharts() });
  const found = await untilPictured(rig, 2);
  expect(found.map(([key]) => key)).toEqual(['parent', 'step:watch:1']);
  expect(found[0]?.[1]).toContain('Connections: first 97, highest 97 of 97');
  await renderAll(rig.bot);
  expect(await calls(rig.sandbox, 'files.completeUploadExternal')).toHaveLength(2);
  const [{ message } = {}] = (await posted(rig.sandbox)).filter(({ key }) => key === 'parent');
  const image = message?.blocks?.find(({ type }) => type === 'image') as
    | { slack_file: { id: string } }
    | undefined;
  const file = await fetch(`${rig.sandbox.url}/files/${image?.slack_file.id}`);
  expect(
    Buffer.from(await file.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
});

test('messages do not wait for pictures, and one that hangs keeps nothing back', async () => {
  const rig = await outageRig({ charts: { png: async () => await new Promise<never>(() => {}) } });
  await renderAll(rig.bot);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual([
    'parent',
    'step:suspend:1',
    'step:kill:1',
    'step:watch:1',
    'milestone:recovered',
  ]);
  expect(await pictured(rig)).toEqual([]);
});

test('after a restart a picture that is there is shown, not uploaded again', async () => {
  const rig = await outageRig();
  await untilPictured(rig, 2);
  const again = await outageRig({ sandbox: rig.sandbox, messages: rig.messages });
  await renderAll(again.bot);
  expect(await pictured(again)).toHaveLength(2);
  expect(await calls(rig.sandbox, 'files.getUploadURLExternal')).toHaveLength(2);
});

test('without files:write it is said once, and the numbers stay text', async () => {
  const manifest = slackManifest({ mode: 'socket' });
  const scopes = { bot: manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'files:write') };
  const sandbox = await startSandbox({ manifest: { ...manifest, oauth_config: { scopes } } });
  const rig = await outageRig({ sandbox });
  await rig.bot.start();
  await renderAll(rig.bot);
  await delay(300);
  await renderAll(rig.bot);
  expect(rig.log.filter((line) => line.includes('files:write'))).toHaveLength(1);
  expect(await pictured(rig)).toEqual([]);
  expect(JSON.stringify(await posted(sandbox))).toContain('slots used');
});

test('a picture that Slack does not show yet takes nothing from its message, and comes later', async () => {
  const rig = await outageRig();
  const refusal = { method: 'chat.update', error: 'invalid_blocks', times: 1 };
  await fault(rig.sandbox, refusal);
  const found = await untilPictured(rig, 2);
  expect(found).toHaveLength(2);
  const texts = JSON.stringify(await posted(rig.sandbox));
  expect(texts).not.toContain('did not accept');
});
