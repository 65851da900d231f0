import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/plan.ts';
import { planText, resultText } from '../../../src/slack/documents/details-text.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { attempt, HOSTILE, outcome, plan, target, view } from '../fixtures.ts';
import { posted, shown } from '../sandbox-control.ts';
import { createRig, type Rig, renderAll, startSandbox } from '../support.ts';

const MANY = 130;

function longPlan(): Plan {
  const targets = Array.from({ length: MANY }, (_, index) =>
    target(index, { sql: `SELECT * FROM orders WHERE id = $1 /* ${index} */`, owner: `Role app_${index}` }),
  );
  const commands = targets.map(({ id }) => ({
    label: 'pg_cancel_backend',
    language: 'sql' as const,
    text: `SELECT pg_cancel_backend($1) -- ${id}`,
  }));
  return plan({ targets, commands });
}

async function filesOf({ sandbox }: Rig): Promise<{ title: string; text: string; thread: unknown }[]> {
  const found = (await shown(sandbox)).flatMap((message) =>
    ((message.files ?? []) as { title: string; url: string }[]).map(async ({ title, url }) => ({
      title,
      text: await (await fetch(url)).text(),
      thread: message.thread_ts,
    })),
  );
  return await Promise.all(found);
}

async function until<T>(rig: Rig, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    await renderAll(rig.bot);
    const found = await look();
    if (found !== undefined) return found;
    await delay(50);
  }
}

const cardOf = async ({ sandbox }: Rig) =>
  JSON.stringify((await posted(sandbox)).find(({ key }) => key === 'step:kill:1')?.message);

test('a plan that is too long for its card is a file in the thread, once for each plan, and the card says so', async () => {
  const rig = await createRig();
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { plan: longPlan() })]));
  const card = await until(rig, async () => {
    const text = await cardOf(rig);
    return text.includes('in a file in this thread') ? text : undefined;
  });
  expect(card).toMatch(/… \d+ more rows, in a file in this thread/);
  const [file, ...others] = await filesOf(rig);
  expect(others).toEqual([]);
  expect(file?.thread).toBe((await posted(rig.sandbox))[0]?.message.ts);
  expect(file?.title).toMatch(/^Step 3 of 3 · Terminate the sessions: the whole plan [0-9a-f]{8}$/);
  for (const index of [0, MANY - 1]) {
    expect(file?.text).toContain(`\n${index + 1}. ${target(index).label}\n`);
    expect(file?.text).toContain(`   | SELECT * FROM orders WHERE id = $1 /* ${index} */\n`);
    expect(file?.text).toContain(`-- ${target(index).id}\n`);
  }
  expect(file?.text).toContain('protected: replication');
  await renderAll(rig.bot);
  const again = longPlan();
  rig.desk.views.set(
    'INC-1',
    view([attempt('kill', 'awaiting', { plan: { ...again, targets: again.targets.slice(1) } })]),
  );
  const both = await until(rig, async () => {
    const files = await filesOf(rig);
    return files.length > 1 ? files : undefined;
  });
  expect(new Set(both.map(({ title }) => title)).size).toBe(2);
});

test('what was found and is too long is a file too; what fits is none', async () => {
  const rig = await createRig();
  const rows = Array.from({ length: MANY }, (_, index) => [String(index), `${index} s`]);
  const long = outcome({ table: { columns: ['pid', 'age'], rows } });
  rig.desk.views.set('INC-1', view([attempt('kill', 'passed', { outcome: long })]));
  const [file] = await until(rig, async () => {
    const files = await filesOf(rig);
    return files.length > 0 ? files : undefined;
  });
  expect(file?.title).toMatch(/: the whole table$/);
  expect(file?.text).toContain(`\n${MANY}. ${MANY - 1}\n   age: ${MANY - 1} s\n`);
  const brief = await createRig();
  brief.desk.views.set('INC-1', view([attempt('kill', 'awaiting')]));
  await renderAll(brief.bot);
  expect(await filesOf(brief)).toEqual([]);
});

test('without files:write the card says how much is missing, and no file', async () => {
  const manifest = slackManifest({ mode: 'socket' });
  const scopes = { bot: manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'files:write') };
  const rig = await createRig({
    sandbox: await startSandbox({ manifest: { ...manifest, oauth_config: { scopes } } }),
  });
  rig.desk.views.set('INC-1', view([attempt('kill', 'awaiting', { plan: longPlan() })]));
  await until(rig, async () => rig.messages.rows.find(({ ts }) => ts === 'none'));
  await renderAll(rig.bot);
  expect(await cardOf(rig)).toMatch(/… \d+ more rows"/);
});

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(HOSTILE, '\u202E1. pid 9', 'a\n2. pid 1 · admin', '=HYPERLINK("x")', '\r\n\u2028Sent'),
);

test('in a file too, nothing hides and no text passes for a line of ours', () => {
  fc.assert(
    fc.property(words, words, words, (label, sql, cell) => {
      const evil = plan({
        summary: label,
        targets: [target(1, { label, why: label, owner: label, sql, facts: [{ name: label, value: cell }] })],
        excluded: [{ label, reason: label }],
        commands: [{ label, language: 'sql', text: sql }],
      });
      const texts = [
        planText('title', attempt('kill', 'awaiting', { plan: evil }), evil),
        resultText('title', { columns: ['pid', label], rows: [[cell, sql]] }),
      ];
      for (const text of texts) {
        expect(text).not.toMatch(/(?!\n|\t|\uFE0E|\uFE0F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        const records = text.split('\n').filter((line) => /^\d+\. /.test(line));
        expect(records.length).toBeLessThanOrEqual(3);
      }
    }),
  );
});
