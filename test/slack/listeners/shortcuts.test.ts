import { expect, test } from 'vitest';
import { attempt, view } from '../fixtures.ts';
import { choose, modalWith, posted, submit, told, until, write } from '../sandbox-control.ts';
import { createDesk, type Rig, renderAll, startRig } from '../support.ts';

const picked = (block: string, value: string) => ({
  [block]: {
    [block]: { type: 'static_select', selected_option: { value, text: { type: 'plain_text', text: value } } },
  },
});

/** A rig with one open incident, and the timestamp of its parent. */
async function withIncident(): Promise<{ rig: Rig; parent: string }> {
  const rig = await startRig({ desk: createDesk(['billing', 'orders', 'orders-archive']) });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(rig.bot);
  return { rig, parent: (await posted(rig.sandbox))[0]?.message.ts ?? '' };
}

test('"Start database triage" asks for a database and opens an incident', async () => {
  const { rig } = await withIncident();
  await choose(rig.sandbox, 'U0ALICE', 'triage.start');
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /Open already: INC-1 \(orders\)/);
  expect(await submit(rig.sandbox, 'U0ALICE', modal, picked('database', 'billing'))).toMatchObject({
    ok: true,
  });
  await modalWith(rig.sandbox, 'U0ALICE', /INC-1 is open for billing/);
  expect(rig.desk.opened).toEqual(['billing']);
  expect(rig.desk.noted).toEqual([]);
});

test('"Triage this alert" reads database and runbook from the message, which becomes part of the timeline', async () => {
  const { rig } = await withIncident();
  const ts = await write(
    rig.sandbox,
    'U0BOB',
    'PoolExhausted fired: database=`orders-archive` password=hunter2 <!channel>',
    { bot_id: 'B0ALERTS' },
  );
  await choose(rig.sandbox, 'U0ALICE', 'alert.triage', { ts });
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /The message names it/);
  const blocks = JSON.stringify(modal.blocks);
  expect(blocks).toMatch(/"initial_option":\{"value":"orders-archive"/);
  expect(blocks).toMatch(/"initial_option":\{"value":"pool"/);
  expect(blocks + modal.private_metadata).not.toContain('hunter2');
  await submit(rig.sandbox, 'U0ALICE', modal);
  await modalWith(rig.sandbox, 'U0ALICE', /INC-1 is open for orders-archive/);
  expect(rig.desk.opened).toEqual(['orders-archive']);
  expect(rig.desk.noted).toMatchObject([
    {
      incidentId: 'INC-1',
      by: { id: 'U0ALICE' },
      message: `C0INCIDENTS/${ts}`,
      source: expect.stringMatching(/^http/),
    },
  ]);
});

test('a message that names no database, or two, leaves the choice to the person', async () => {
  const { rig } = await withIncident();
  const ts = await write(rig.sandbox, 'U0BOB', 'orders and billing are slow');
  await choose(rig.sandbox, 'U0ALICE', 'alert.triage', { ts });
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /names none of them, or several/);
  expect(await submit(rig.sandbox, 'U0ALICE', modal)).toMatchObject({ ok: false });
  expect(rig.desk.opened).toEqual([]);
});

test('"Add to timeline" in the thread of an incident takes the message at once, with who wrote it and when', async () => {
  const { rig, parent } = await withIncident();
  const ts = await write(rig.sandbox, 'U0BOB', 'I see locks on *orders* &amp; more', { thread_ts: parent });
  await choose(rig.sandbox, 'U0ALICE', 'note.add', { ts });
  await told(rig.sandbox, 'U0ALICE', /Added to the timeline of INC-1/);
  expect(rig.desk.noted).toMatchObject([
    {
      incidentId: 'INC-1',
      text: 'I see locks on *orders* & more',
      by: { id: 'U0ALICE' },
      said: { by: 'Bob Brown', at: new Date(Number(ts) * 1000).toISOString() },
    },
  ]);
});

test('"Add to timeline" elsewhere asks to which incident, open ones first', async () => {
  const { rig } = await withIncident();
  const { incident } = view([], { id: 'INC-0', status: 'closed' });
  const open = view([]).incident;
  const entry = { database: 'orders', title: 'Pool', openedAt: incident.openedAt };
  rig.desk.recent = [
    { ...entry, id: 'INC-0', incident },
    { ...entry, id: 'INC-1', incident: open },
  ];
  const ts = await write(rig.sandbox, 'U0BOB', 'Customers call');
  await choose(rig.sandbox, 'U0ALICE', 'note.add', { ts });
  const modal = await modalWith(rig.sandbox, 'U0ALICE', /INC-1 · orders.*INC-0 · orders · Pool \(closed\)/);
  await submit(rig.sandbox, 'U0ALICE', modal, picked('incident', 'INC-0'));
  await modalWith(rig.sandbox, 'U0ALICE', /Added to the timeline of INC-0/);
  expect(rig.desk.noted).toMatchObject([{ incidentId: 'INC-0', text: 'Customers call' }]);
});

test('what the desk refuses is told, and strangers add nothing', async () => {
  const { rig, parent } = await withIncident();
  const ts = await write(rig.sandbox, 'U0BOB', 'x', { thread_ts: parent });
  await choose(rig.sandbox, 'U0EVE', 'note.add', { ts });
  await told(rig.sandbox, 'U0EVE', /another workspace/);
  expect(rig.desk.noted).toEqual([]);
  rig.desk.reply = {
    status: 'refused',
    reason: 'already-there',
    message: 'Bob Brown put this message there before.',
  };
  await choose(rig.sandbox, 'U0ALICE', 'note.add', { ts });
  await told(rig.sandbox, 'U0ALICE', /INC-1: Bob Brown put this message there before/);
  await until('the desk was asked', () => rig.desk.noted.length === 1);
});
