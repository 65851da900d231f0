import { expect, test } from 'vitest';
import type { ChatMessage } from '../../../src/ports/state.ts';
import { createMemoryMessages } from '../../support/memory-chat.ts';
import { attempt, view } from '../fixtures.ts';
import { calls, fault, posted } from '../sandbox-control.ts';
import { createRig, never, type RigOptions, renderAll, startSandbox } from '../support.ts';

/** Rows that note how they were read and written, in order. */
function notedMessages() {
  const messages = createMemoryMessages();
  const done: string[] = [];
  const list = messages.list.bind(messages);
  const put = messages.put.bind(messages);
  return Object.assign(messages, {
    done,
    async list(incidentId: string) {
      done.push('read');
      return await list(incidentId);
    },
    async put(message: ChatMessage) {
      done.push(message.ts === null ? 'reserved' : 'posted');
      await put(message);
    },
  });
}

/** A clock that tells a later time when it is set to. */
function movableClock() {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    steady: () => performance.now(),
    sleep: async (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
    move: (ms: number) => {
      ahead += ms;
    },
  };
}

async function newIncident(options: Pick<RigOptions, 'mutex'> = {}) {
  const clock = movableClock();
  const messages = notedMessages();
  const rig = await createRig({ ...options, messages, clock });
  const shown = view([]);
  rig.desk.views.set('INC-1', shown);
  const row = rig.bot.reserve('INC-1', null);
  if (row === null) throw new Error('Slack can be reached.');
  // What the transaction of the opening does.
  messages.rows.push(row);
  return { rig, messages, row, shown, clock };
}

test('a new incident is posted under the name that was written down with it, and nothing is read or written before', async () => {
  const { rig, messages, row, shown } = await newIncident();
  rig.bot.announce(shown.incident);
  await renderAll(rig.bot);
  expect(messages.done[0]).toBe('posted');
  const [parent, ...others] = await posted(rig.sandbox);
  expect(others).toEqual([]);
  expect(parent?.message.metadata?.event_payload).toMatchObject({ incident: 'INC-1', nonce: row.nonce });
  expect(messages.rows).toMatchObject([{ key: 'parent', nonce: row.nonce, ts: parent?.message.ts }]);
});

test('the first message waits for no hold on the incident', async () => {
  const held = { exclusively: async () => ({ status: 'busy' as const }) };
  const { rig, messages, shown } = await newIncident({ mutex: held });
  rig.bot.announce(shown.incident);
  await rig.bot.render('INC-1', never);
  expect(messages.done).toEqual(['posted']);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
});

test('another process that draws the incident while its first message is on the way posts no second one', async () => {
  const { rig, messages, shown } = await newIncident();
  const other = await createRig({ sandbox: rig.sandbox, desk: rig.desk, messages });
  await fault(rig.sandbox, { method: 'chat.postMessage', delayMs: 500, times: 1 });
  rig.bot.announce(shown.incident);
  await Promise.all([renderAll(rig.bot), renderAll(other.bot)]);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
});

test('a process that was frozen after the opening looks first, and posts no second parent', async () => {
  const { rig, messages, shown, clock } = await newIncident();
  rig.bot.announce(shown.incident);
  const other = await createRig({ sandbox: rig.sandbox, desk: rig.desk, messages });
  clock.move(20_000);
  await renderAll(other.bot);
  await renderAll(rig.bot);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
});

test('a reserved message whose incident was never announced is looked for before it is posted', async () => {
  const { rig } = await newIncident();
  await renderAll(rig.bot);
  expect(await calls(rig.sandbox, 'conversations.history')).not.toEqual([]);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
});

test('a lost answer to the first post is looked up, not posted twice', async () => {
  const { rig, shown } = await newIncident();
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 500, afterProcessing: true, times: 1 });
  rig.bot.announce(shown.incident);
  await renderAll(rig.bot);
  expect((await posted(rig.sandbox)).map(({ key }) => key)).toEqual(['parent']);
});

test('nothing is reserved while Slack is away', async () => {
  const rig = await createRig({ sandbox: await startSandbox() });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await fault(rig.sandbox, { method: 'chat.postMessage', error: 'invalid_auth', times: 1 });
  await rig.bot.render('INC-1', never);
  expect(rig.bot.health().trouble).not.toBeNull();
  expect(rig.bot.reserve('INC-2', null)).toBeNull();
});
