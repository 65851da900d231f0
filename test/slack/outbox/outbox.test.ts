import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { IncidentView } from '../../../src/engine/desk.ts';
import { METADATA_TYPE } from '../../../src/slack/outbox/find-posted.ts';
import { newNonce } from '../../../src/slack/outbox/nonce.ts';
import { attempt, view } from '../fixtures.ts';
import { calls, fault, posted } from '../sandbox-control.ts';
import { createRig, never, renderAll } from '../support.ts';

const three = (): IncidentView =>
  view([attempt('diagnose', 'passed'), attempt('suspend', 'skipped'), attempt('kill', 'awaiting')]);

const KEYS = ['parent', 'step:diagnose:1', 'step:suspend:1', 'step:kill:1'];

async function keys(rig: Awaited<ReturnType<typeof createRig>>): Promise<string[]> {
  return (await posted(rig.sandbox)).map(({ key }) => key);
}

test('an incident is one parent in the channel and its cards in order in the thread', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', three());
  await renderAll(rig.bot);
  const all = await posted(rig.sandbox);
  expect(all.map(({ key }) => key)).toEqual(KEYS);
  const parent = all[0]?.message.ts;
  expect(all.slice(1).every(({ message }) => message.thread_ts === parent)).toBe(true);
  expect(rig.messages.rows.every((row) => row.ts !== null && row.contentHash !== '')).toBe(true);
});

test('what does not change is not sent again, what changes is updated in place', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  await renderAll(rig.bot);
  expect(await calls(rig.sandbox, 'chat.update')).toEqual([]);
  rig.desk.views.set('INC-1', view([attempt('kill', 'executing')]));
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(['parent', 'step:kill:1']);
  expect(JSON.stringify((await posted(rig.sandbox))[1]?.message)).toContain('Running');
});

test('the parent names who may answer, by an edit only: a post would call them', async () => {
  const rig = await createRig();
  rig.desk.deciders = [{ approver: 'U0BOB', people: ['U0BOB'], problem: null }];
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  await expect
    .poll(async () => JSON.stringify((await posted(rig.sandbox))[0]?.message))
    .toMatch(/Terminate the sessions\).*" from ".*"user_id":"U0BOB".*" since "/);
  const posts = await calls(rig.sandbox, 'chat.postMessage');
  expect(JSON.stringify(posts)).not.toContain('U0BOB');
  rig.desk.views.set('INC-1', view([attempt('kill', 'executing')]));
  await renderAll(rig.bot);
  expect(JSON.stringify((await posted(rig.sandbox))[0]?.message)).not.toContain('U0BOB');
});

test('many changes become few updates, and the last one wins', async () => {
  const rig = await createRig();
  const shown = view([attempt('kill', 'executing')]);
  rig.desk.views.set('INC-1', shown);
  await renderAll(rig.bot);
  let sample = 0;
  const changing = setInterval(() => {
    sample = Math.min(sample + 1, 40);
    const progress = { text: `sample ${sample} of 40`, series: [] };
    rig.desk.views.set('INC-1', { ...shown, progress: { step: 'kill', attempt: 1, progress } });
  }, 50);
  while (sample < 40) {
    await renderAll(rig.bot);
    await delay(20);
  }
  clearInterval(changing);
  await renderAll(rig.bot);
  expect(JSON.stringify((await posted(rig.sandbox))[1]?.message)).toContain('sample 40 of 40');
  const updates = await calls(rig.sandbox, 'chat.update');
  expect(updates.length).toBeLessThanOrEqual(4);
  for (const [index, update] of updates.entries()) {
    expect(update.at - (updates[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(1400);
  }
});

test('an answer lost after Slack posted leads to no second parent', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', three());
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 500, afterProcessing: true, times: 2 });
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(KEYS);
});

test('a post that Slack did not process is posted again', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 503, times: 1 });
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(['parent']);
});

test('a message whose row was lost in a crash is found again, not posted twice', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', three());
  rig.messages.failNext = true;
  await expect(rig.bot.render('INC-1', never)).rejects.toThrow('The process died');
  const restarted = await createRig({ sandbox: rig.sandbox, desk: rig.desk, messages: rig.messages });
  await renderAll(restarted.bot);
  expect(await keys(rig)).toEqual(KEYS);
});

test('a row without a message, left by a crash before the post, is posted', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  const row = {
    incidentId: 'INC-1',
    key: 'parent',
    channel: 'C0INCIDENTS',
    ts: null,
    nonce: 'n',
    contentHash: '',
  };
  await rig.messages.put(row);
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(['parent']);
});

test('a post that was under way when its process died is waited for, not posted twice', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  const row = { incidentId: 'INC-1', key: 'parent', channel: 'C0INCIDENTS', ts: null, contentHash: '' };
  const nonce = newNonce(new Date());
  await rig.messages.put({ ...row, nonce });
  await fault(rig.sandbox, { method: 'chat.postMessage', delayMs: 1500, times: 1 });
  const metadata = {
    event_type: METADATA_TYPE,
    event_payload: { incident: 'INC-1', key: 'parent', nonce },
  };
  const late = fetch(`${rig.sandbox.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.sandbox.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: row.channel, text: 'Firing', metadata }),
  });
  await renderAll(rig.bot);
  expect((await late).ok).toBe(true);
  expect(await keys(rig)).toEqual(['parent']);
});

test('a rate limit is waited for, and the order stays', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', three());
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 429, retryAfter: 2, times: 1 });
  const started = Date.now();
  await renderAll(rig.bot);
  expect(Date.now() - started).toBeGreaterThanOrEqual(1900);
  expect(await keys(rig)).toEqual(KEYS);
  expect(await calls(rig.sandbox, 'conversations.history')).toEqual([]);
});

test('the pace of posts alone meets no rate limit', async () => {
  const rig = await createRig();
  const tries = Array.from({ length: 5 }, (_, index) => attempt('kill', 'aborted', { attempt: index + 1 }));
  rig.desk.views.set('INC-1', view([...tries, attempt('kill', 'awaiting', { attempt: 6 })]));
  await renderAll(rig.bot);
  const posts = await calls(rig.sandbox, 'chat.postMessage');
  expect(posts.map(({ ok }) => ok)).toEqual(Array(7).fill(true));
});

test('a deleted parent brings the whole thread back', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  const parent = rig.messages.rows.find(({ key }) => key === 'parent');
  const answer = await fetch(`${rig.sandbox.apiUrl}chat.delete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.sandbox.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: parent?.channel, ts: parent?.ts }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
  rig.desk.views.set('INC-1', view([attempt('kill', 'executing')]));
  await renderAll(rig.bot);
  const rows = rig.messages.rows.map(({ ts }) => ts);
  const all = (await posted(rig.sandbox)).filter(({ message }) => rows.includes(message.ts));
  expect(all.map(({ key }) => key)).toEqual(['parent', 'step:kill:1']);
  expect(all[1]?.message.thread_ts).toBe(all[0]?.message.ts);
});

test.each(['invalid_blocks', 'msg_blocks_too_long', 'msg_too_long'])(
  'a card that Slack refuses with %s becomes plain text that can still be decided on, and a defect in the log',
  async (error) => {
    const rig = await createRig();
    rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
    await fault(rig.sandbox, { method: 'chat.postMessage', error, skip: 1, times: 1 });
    await renderAll(rig.bot);
    const blocks = (await posted(rig.sandbox))[1]?.message.blocks ?? [];
    expect(blocks.map(({ type }) => type)).toEqual(['section', 'actions']);
    const shown = JSON.stringify(blocks);
    for (const words of ['Step 3 of 3', 'still armed', 'Acts on 1 of 2', 'yes | pid 4701', 'Impact: '])
      expect(shown).toContain(words);
    const actions = blocks[1]?.elements?.map(({ action_id }) => action_id);
    expect(actions).toEqual(
      expect.arrayContaining(['step.run', 'step.targets', 'step.skip', 'step.statement']),
    );
    expect(actions).not.toContain('step.choice');
    expect(rig.defects).toEqual([
      expect.objectContaining({ incident: 'INC-1', key: 'step:kill:1', code: error }),
    ]);
    expect(JSON.stringify(rig.defects)).not.toContain('pid 4701');
  },
);

test('a card whose plain form is refused too says how to decide without Slack', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  rig.desk.views.set('INC-1', view([attempt('kill', 'attention')]));
  await fault(rig.sandbox, { method: 'chat.update', error: 'invalid_blocks', skip: 1, times: 2 });
  await renderAll(rig.bot);
  const card = (await posted(rig.sandbox))[1]?.message;
  expect(card?.text).toMatch(/Needs a person.*firebreak triage/);
  expect(card?.blocks ?? []).toEqual([]);
  expect(rig.defects).toHaveLength(2);
});

test('a channel that the bot was removed from holds messages back, says what to do, and is tried by itself', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([]));
  await fault(rig.sandbox, { method: 'chat.postMessage', error: 'not_in_channel', times: 1 });
  expect(await rig.bot.render('INC-1', never)).toBe('busy');
  expect(rig.bot.health().trouble).toContain('not_in_channel');
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(['parent']);
  expect(rig.bot.health().trouble).toBeNull();
});

test('two renders of the same incident at once draw it once', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', three());
  await Promise.all([rig.bot.render('INC-1', never), rig.bot.render('INC-1', never)]);
  await renderAll(rig.bot);
  expect(await keys(rig)).toEqual(KEYS);
});

test('an alert that led to nothing is told once in the channel, and counted there', async () => {
  const rig = await createRig();
  const notice = {
    key: 'alert:1',
    heading: 'Alert without an incident',
    title: 'DiskFull <!channel>',
    text: 'No runbook names the alert DiskFull <!channel>.',
    hint: 'Name it.',
    firstAt: new Date().toISOString(),
    lastAt: new Date().toISOString(),
    count: 1,
  };
  rig.desk.told = [notice];
  expect(await rig.bot.render('intake', never)).toBe('done');
  rig.desk.told = [{ ...notice, count: 3 }];
  while ((await rig.bot.render('intake', never)) === 'busy') await delay(20);
  const [message, ...others] = await posted(rig.sandbox);
  expect(others).toEqual([]);
  expect(message?.message.thread_ts).toBeUndefined();
  expect(JSON.stringify(message?.message)).toContain('Received 3 times');
  expect(message?.message.text).not.toContain('<!channel>');
});

test('the newest digest of the audits is told once in the channel, with what is new and what is gone', async () => {
  const rig = await createRig();
  const one = (subject: string) => ({
    fingerprint: subject,
    severity: 'high' as const,
    audit: 'statement-timeout',
    title: 'Role without statement_timeout',
    subject,
  });
  const shop = {
    database: 'shop',
    findings: [one('role <!here>')],
    changed: { fresh: [one('role <!here>')], gone: [one('role app')] },
    unreadable: ['no-replica'],
    problem: null,
  };
  rig.digests.push({ slot: '2026-11-15T00:00:00.000Z', databases: [{ ...shop, changed: null }] });
  rig.digests.push({ slot: '2026-11-16T00:00:00.000Z', databases: [shop] });
  for (const _ of [1, 2]) while ((await rig.bot.render('audits', never)) === 'busy') await delay(20);
  const [message, ...others] = await posted(rig.sandbox);
  expect(others).toEqual([]);
  expect(message?.message.thread_ts).toBeUndefined();
  expect(message?.message.text).toBe('Audits: shop 1 new, 1 gone, 1 in all');
  const shown = JSON.stringify(message?.message);
  for (const part of ['New (1)', 'Gone (1)', 'role app', 'Could not be read: no-replica', '1 high']) {
    expect(shown).toContain(part);
  }
  expect(shown).not.toContain('first digest');
});

test.each([1, 2])(
  'a process that dies at write %i after the parent was deleted leaves no card in the thread of before',
  async (fatal) => {
    const rig = await createRig();
    rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
    await renderAll(rig.bot);
    const [parent] = await posted(rig.sandbox);
    await fetch(`${rig.sandbox.apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.sandbox.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'C0INCIDENTS', ts: parent?.message.ts }),
    });
    rig.messages.dieAt(fatal);
    rig.desk.views.set('INC-1', view([attempt('kill', 'executing')]));
    await expect(rig.bot.render('INC-1', never)).rejects.toThrow('died');
    await renderAll(rig.bot);
    const all = await posted(rig.sandbox);
    const newest = all.findLast(({ key }) => key === 'parent')?.message.ts;
    const below = all.filter(({ message }) => message.thread_ts === newest).map(({ key }) => key);
    expect(below).toEqual(['step:kill:1']);
  },
);
