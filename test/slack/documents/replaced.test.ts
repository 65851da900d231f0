import { expect, test } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { outageIncident } from '../../charts/outage.ts';
import { createMemoryMessages } from '../../support/memory-chat.ts';
import { shiftedClock } from '../../support/shifted-clock.ts';
import { freezingMessages, losableMutex } from '../frozen.ts';
import { calls, fault, shown, until } from '../sandbox-control.ts';
import { createRig, type Rig, type RigOptions, renderAll } from '../support.ts';

const written = { at: '2024-11-15T07:00:05Z', measured: { impact: [], factors: null, unaudited: [] } };
const by = { kind: 'person', id: 'U0ALICE', name: 'Alice', via: 'slack' } as const;
const postMortems = [{ number: 1, by, requestedAt: '2024-11-15T07:00:00Z', tells: 1, written }];

async function documentRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(options);
  rig.desk.views.set('INC-1', { incident: { ...outageIncident(), postMortems }, progress: null });
  return rig;
}

/** The words that each file in the channel came with. */
const filesOf = async ({ sandbox }: Rig): Promise<string[]> =>
  (await shown(sandbox)).flatMap(({ files, text }) => ((files ?? []) as unknown[]).map(() => text));

const isThere = ({ messages }: Rig): boolean =>
  messages.rows.some(({ key, ts }) => key === 'document:1' && ts !== null);

/** Sleeps a moment only, as nothing is on its way any more. */
function impatientClock(): Clock {
  const clock = shiftedClock();
  return { ...clock, sleep: (ms, signal) => clock.sleep(Math.min(ms, 200), signal) };
}

test.each([
  ['before the row of a file is written', 'before', true],
  ['after it, and has lost its hold', 'after', true],
  ['after it, and believes that it holds the incident', 'after', false],
] as const)('a process that stands still %s leaves one file when it goes on', async (_, where, lost) => {
  const messages = freezingMessages('document:1', where);
  const mutex = losableMutex();
  const rig = await documentRig({ messages, mutex });
  await renderAll(rig.bot);
  await until('it stands still', () => messages.isFrozen());

  const { sandbox, desk } = rig;
  const other = await documentRig({ sandbox, desk, messages, clock: impatientClock() });
  await renderAll(other.bot);
  await until('the other one has shared it', () => isThere(other));
  mutex.lost = lost;
  messages.thaw();
  const shares = async () => (await calls(sandbox, 'files.completeUploadExternal')).length;
  await until('it is through', async () =>
    rig.log.some((line) => /process has gone|taken back|be put into/.test(line)),
  );
  expect(await shares()).toBe(lost ? 1 : 2);
  expect(await filesOf(rig)).toHaveLength(1);
});

test('a process that dies while it makes a canvas leaves one: the file says that there is none', async () => {
  const messages = createMemoryMessages();
  const rig = await documentRig({ messages });
  await fault(rig.sandbox, { method: 'canvases.access.set', delayMs: 60_000, times: 1 });
  await renderAll(rig.bot);
  const made = async () => (await calls(rig.sandbox, 'canvases.create')).length;
  await until('the canvas is made', async () => (await made()) === 1);
  await rig.bot.stop(0);

  const next = await documentRig({ sandbox: rig.sandbox, messages });
  await renderAll(next.bot);
  await until('the file is there', () => isThere(next));
  expect(await made()).toBe(1);
  expect(await filesOf(next)).toEqual([expect.stringContaining('no canvas, Firebreak was interrupted')]);
});
