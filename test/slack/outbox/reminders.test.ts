import { expect, test } from 'vitest';
import type { Reminder } from '../../../src/domain/reminder.ts';
import type { IncidentView } from '../../../src/engine/desk.ts';
import { makeVerdict } from '../../support/domain.ts';
import { AT, attempt, view } from '../fixtures.ts';
import { calls, fault, posted } from '../sandbox-control.ts';
import { createRig, never, renderAll, startRig } from '../support.ts';

const reminder = (change: Partial<Reminder> = {}): Reminder => ({
  step: 'kill',
  attempt: 1,
  waitsFor: 'decision',
  since: AT,
  level: 'group',
  at: new Date(Date.parse(AT) + 480_000).toISOString(),
  mayDecide: ['U0ALICE', 'U0BOB'],
  group: 'S0DBA',
  onCall: [{ name: 'Cai <!channel>', slackId: null, until: null }],
  onCallProblem: null,
  page: null,
  ...change,
});

const page: NonNullable<Reminder['page']> = {
  pager: 'platform-pager',
  dedupeKey: 'k',
  reference: null,
  failures: { page: 0, acknowledge: 0, resolve: 0 },
  acknowledgedAt: null,
  failedAt: null,
  fault: null,
  resolvedAt: null,
};

const waiting = (...reminders: Reminder[]): IncidentView =>
  view([attempt('kill', 'awaiting')], { reminders });
const decided = (...reminders: Reminder[]): IncidentView =>
  view([attempt('kill', 'executing', { waitingSince: null })], { reminders });
const recovered = (): IncidentView => {
  const verdict = (milestone: 'mitigated' | 'recovered') =>
    makeVerdict({ evidence: `proof of ${milestone}`, milestone });
  return view(
    [
      attempt('kill', 'passed', { verdict: verdict('mitigated') }),
      attempt('watch', 'passed', { verdict: verdict('recovered') }),
      attempt('resume', 'awaiting'),
    ],
    { mitigatedAt: AT, recoveredAt: AT },
  );
};

async function said(rig: Awaited<ReturnType<typeof createRig>>, prefix: string) {
  return (await posted(rig.sandbox))
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ message }) => message);
}

test('a reminder in the thread calls who may decide, says since when, and links the card', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting(reminder({ level: 'thread', group: null, onCall: [] })));
  await renderAll(rig.bot);
  const [message] = await said(rig, 'reminder:');
  const [card] = await said(rig, 'step:kill');
  const text = JSON.stringify(message?.blocks);
  expect(message?.thread_ts).toBe(card?.thread_ts);
  expect(message?.reply_broadcast).toBeUndefined();
  expect(text).toContain('"user_id":"U0ALICE"');
  expect(text).toContain('waits for a decision on step');
  expect(text).toContain(`p${card?.ts.replace('.', '')}?thread_ts=${card?.thread_ts}`);
  expect(message?.text).toMatch(/^INC-1 waits for a decision on step \d+ \(.+\) since \d\d:\d\d:\d\d UTC/);
});

test('the channel hears once that a decision waits too long: with the group, and no mention but from configuration', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting(reminder()));
  await renderAll(rig.bot);
  await renderAll(rig.bot);
  const [message, ...more] = await said(rig, 'reminder:');
  expect(more).toEqual([]);
  expect(message?.reply_broadcast).toBe(true);
  const text = JSON.stringify(message?.blocks);
  expect(text).toContain('"usergroup_id":"S0DBA"');
  expect(text).toContain('{"type":"text","text":"Cai <!channel>"}');
  expect(message?.text).not.toContain('<');
});

test('after the decision a reminder says that it was answered, in place and without a second broadcast', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting(reminder()));
  await renderAll(rig.bot);
  rig.desk.views.set('INC-1', decided(reminder()));
  await renderAll(rig.bot);
  const [message, ...more] = await said(rig, 'reminder:');
  expect(more).toEqual([]);
  expect(message?.text).toContain('Answered: INC-1 waited for');
  expect(message?.reply_broadcast).toBe(true);
  expect(JSON.stringify(message?.blocks)).not.toContain('usergroup');
  const broadcasts = (await calls(rig.sandbox, 'chat.postMessage')).filter(
    ({ args }) => args.reply_broadcast === true || args.reply_broadcast === 'true',
  );
  expect(broadcasts).toHaveLength(1);
});

test.each([
  [page, 'Paging through platform-pager.'],
  [{ ...page, reference: 'Q1' }, 'Paged through platform-pager, reference Q1.'],
  [
    {
      ...page,
      failures: { ...page.failures, page: 1 },
      fault: { code: 'c', message: 'It is down.', hint: 'h' },
    },
    'did not take the page; it is tried again. It is down.',
  ],
  [{ ...page, failures: { ...page.failures, page: 6 } }, 'call somebody by hand'],
  [{ ...page, reference: 'Q1', failures: { ...page.failures, resolve: 6 } }, 'acknowledge it by hand'],
])('the thread says how far a page is (%#)', async (given, words) => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting(reminder({ level: 'page', page: given })));
  await renderAll(rig.bot);
  const [message] = await said(rig, 'reminder:');
  const shown = JSON.stringify(message?.blocks).replaceAll('"},{"type":"text","text":"', '');
  expect(shown).toContain(words);
  expect(message?.reply_broadcast).toBeUndefined();
});

test('mitigated and recovered go to the channel, each once and below the step that proved it', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', recovered());
  await renderAll(rig.bot);
  await renderAll(rig.bot);
  const all = await posted(rig.sandbox);
  expect(all.map(({ key }) => key)).toEqual([
    'parent',
    'step:kill:1',
    'milestone:mitigated',
    'step:watch:1',
    'milestone:recovered',
    'step:resume:1',
  ]);
  const broadcasts = all.filter(({ message }) => message.reply_broadcast === true).map(({ key }) => key);
  expect(broadcasts).toEqual(['milestone:mitigated', 'milestone:recovered']);
  expect(all[2]?.message.text).toContain('proof of mitigated');
});

test('a broadcast whose row was lost in a crash is found again, not sent twice', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting());
  await renderAll(rig.bot);
  rig.desk.views.set('INC-1', waiting(reminder()));
  rig.messages.failNext = true;
  await expect(rig.bot.render('INC-1', never)).rejects.toThrow('The process died');
  const restarted = await createRig({ sandbox: rig.sandbox, desk: rig.desk, messages: rig.messages });
  await renderAll(restarted.bot);
  expect(await said(rig, 'reminder:')).toHaveLength(1);
});

test('a broadcast whose answer was lost is not sent twice', async () => {
  const rig = await startRig();
  rig.desk.views.set('INC-1', waiting());
  await renderAll(rig.bot);
  await fault(rig.sandbox, { method: 'chat.postMessage', status: 500, afterProcessing: true, times: 1 });
  rig.desk.views.set('INC-1', waiting(reminder()));
  await renderAll(rig.bot);
  expect(await said(rig, 'reminder:')).toHaveLength(1);
});
