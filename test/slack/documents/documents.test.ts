import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { outageIncident } from '../../charts/outage.ts';
import { createMemoryMutex } from '../../support/memory-chat.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { act, calls, clearFaults, fault, posted, shown } from '../sandbox-control.ts';
import { createRig, type Rig, type RigOptions, renderAll, startRig, startSandbox } from '../support.ts';

const measured = { impact: [], factors: null, unaudited: [] };
const by = { kind: 'person', id: 'U0ALICE', name: 'Alice <!channel> Adams', via: 'slack' } as const;

function withVersions(count: number): Incident {
  const postMortems = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    by,
    requestedAt: '2024-11-15T07:00:00Z',
    tells: 1,
    written: { at: '2024-11-15T07:00:05Z', measured },
  }));
  return { ...outageIncident(), postMortems };
}

async function documentRig(versions: number, options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(options);
  rig.desk.views.set('INC-1', { incident: withVersions(versions), progress: null });
  return rig;
}

/** What people see of files in the channel: title and the words with them. */
async function filesOf({ sandbox }: Rig): Promise<{ title: string; text: string; url: string }[]> {
  return (await shown(sandbox)).flatMap((message) =>
    ((message.files ?? []) as { title: string; url: string }[]).map(({ title, url }) => ({
      title,
      url,
      text: message.text,
    })),
  );
}

async function untilFiles(rig: Rig, count: number): Promise<Awaited<ReturnType<typeof filesOf>>> {
  for (;;) {
    await renderAll(rig.bot);
    const found = await filesOf(rig);
    if (found.length >= count) return found;
    await delay(100);
  }
}

test('each version is one file in the thread and a canvas, whatever is rendered again', async () => {
  const rig = await documentRig(1);
  const [file] = await untilFiles(rig, 1);
  expect(file?.title).toBe('Post-mortem INC-1, version 1');
  expect(file?.text).toContain('Open it as a canvas');
  expect(file?.text).not.toContain('<!channel>');
  expect(await (await fetch(file?.url ?? '')).text()).toBe('# Post-mortem: INC-1, version 1\n');
  const canvas = /<([^|>]+)\|/.exec(file?.text ?? '')?.[1] ?? '';
  expect(await (await fetch(canvas)).text()).toContain('# Post-mortem: INC-1, version 1');
  const drawn = await fetch(canvas, { headers: { accept: 'text/html' } });
  expect(await drawn.text()).toContain('<main class="canvas">');
  rig.desk.views.set('INC-1', { incident: withVersions(2), progress: null });
  const both = await untilFiles(rig, 2);
  expect(both.map(({ title }) => title)).toEqual([
    'Post-mortem INC-1, version 1',
    'Post-mortem INC-1, version 2',
  ]);
  await renderAll(rig.bot);
  expect(await filesOf(rig)).toHaveLength(2);
});

test('a plan without canvases gets the file alone, and it is said', async () => {
  const rig = await documentRig(1);
  await fault(rig.sandbox, {
    method: 'canvases.create',
    error: 'free_teams_cannot_create_non_tabbed_canvases',
    times: 1,
  });
  const [file] = await untilFiles(rig, 1);
  expect(file?.text).toContain('As a file only: no canvas, the plan of this workspace has none.');
});

test('a share whose answer was lost is found, not repeated', { timeout: 60_000 }, async () => {
  const rig = await documentRig(1);
  await fault(rig.sandbox, {
    method: 'files.completeUploadExternal',
    status: 500,
    afterProcessing: true,
    times: 1,
  });
  await untilFiles(rig, 1);
  const restarted = await documentRig(1, { sandbox: rig.sandbox, messages: rig.messages });
  for (;;) {
    await renderAll(restarted.bot);
    if (rig.messages.rows.some(({ key, ts }) => key === 'document:1' && ts !== null)) break;
    await delay(200);
  }
  expect(await filesOf(rig)).toHaveLength(1);
});

test('without files:write the thread says where the document is', async () => {
  const manifest = slackManifest({ mode: 'socket' });
  const scopes = { bot: manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'files:write') };
  const rig = await documentRig(1, {
    sandbox: await startSandbox({ manifest: { ...manifest, oauth_config: { scopes } } }),
  });
  for (;;) {
    await renderAll(rig.bot);
    const note = (await posted(rig.sandbox)).find(({ key }) => key === 'document-note:1');
    if (note !== undefined) {
      expect(note.message.text).toContain('firebreak postmortem INC-1');
      break;
    }
    await delay(100);
  }
});

test('the button of a closed incident asks for it; a refusal is told privately', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', { incident: outageIncident(), progress: null });
  await renderAll(rig.bot);
  const parent = async () => {
    const found = (await posted(rig.sandbox)).find(({ key }) => key === 'parent')?.message;
    if (found === undefined) throw new Error('There is no parent.');
    return found;
  };
  await act(rig.sandbox, 'U0ALICE', await parent(), 'postmortem.write');
  expect(rig.desk.postMortemsAsked).toEqual(['INC-1']);
  rig.desk.reply = { status: 'refused', reason: 'already-decided', message: 'Version 1 is in the thread.' };
  await act(rig.sandbox, 'U0BOB', await parent(), 'postmortem.write');
  await expect
    .poll(async () =>
      (await shown(rig.sandbox))
        .filter(({ ephemeral_to }) => ephemeral_to === 'U0BOB')
        .map(({ text }) => text),
    )
    .toEqual(['Version 1 is in the thread.']);
  expect(await calls(rig.sandbox, 'files.completeUploadExternal')).toEqual([]);
});

test('files that Slack does not take for ten minutes are in the thread afterwards', async () => {
  const clock = createVirtualClock();
  const sandbox = await startSandbox({ now: () => clock.now().getTime() });
  const rig = await documentRig(1, { sandbox, clock });
  await fault(sandbox, { method: 'files.getUploadURLExternal', status: 503, times: 10_000 });
  void rig.bot.render('INC-1', new AbortController().signal);
  await clock.advance(600_000, 1_000);
  const tries = (await calls(sandbox, 'files.getUploadURLExternal')).length;
  expect(tries).toBeLessThan(12);
  await clearFaults(sandbox);
  await clock.advance(600_000, 1_000);
  expect(await filesOf(rig)).toHaveLength(1);
}, 60_000);

test('while another process puts a file into the thread, this one looks for it now and then', async () => {
  const mutex = createMemoryMutex();
  const rig = await documentRig(1, { mutex });
  let looks = 0;
  const list = rig.messages.list.bind(rig.messages);
  rig.messages.list = async (incidentId) => {
    looks += 1;
    return await list(incidentId);
  };
  await mutex.exclusively('documents:INC-1', async () => {
    await renderAll(rig.bot);
    looks = 0;
    await delay(2_000);
  });
  expect(looks).toBeLessThan(10);
});

test('a post-mortem whose content is gone from the journal is asked for once, not without end', async () => {
  const rig = await documentRig(1);
  let asked = 0;
  rig.desk.postMortem = async () => {
    asked += 1;
    // Lets the test end when it is asked for without end.
    if (asked > 100) await delay(60_000);
    return null;
  };
  await renderAll(rig.bot);
  await delay(500);
  expect(asked).toBeLessThan(10);
});
