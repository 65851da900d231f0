import { describe, expect, test } from 'vitest';
import type { StepAttempt, StepStatus } from '../../../src/domain/incident.ts';
import { validateBlocks } from '../../../src/sandbox/slack/block-kit/validate.ts';
import { explainModal } from '../../../src/slack/blocks/explain-modal.ts';
import { type DesiredMessage, messagesOf } from '../../../src/slack/outbox/messages-of.ts';
import { stepStates } from '../../../src/words/states.ts';
import {
  ALICE,
  AT,
  alert,
  attempt,
  cause,
  HOSTILE,
  outcome,
  plan,
  target,
  verdict,
  view,
} from '../fixtures.ts';

function cardOf(card: StepAttempt): DesiredMessage {
  const found = messagesOf(view([card])).at(-1);
  if (found === undefined) throw new Error('There is no card.');
  return found;
}

function expectValid(message: DesiredMessage): void {
  expect(validateBlocks(message.blocks, 'message', ['blocks'])).toMatchObject({ ok: true });
  expect(textLength(message.blocks)).toBeLessThanOrEqual(10_000);
  expect(message.text.trim()).not.toBe('');
}

/** Characters of every text, counted as strictly as one can. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : textLength(item)),
    0,
  );
}

function buttonsOf(message: DesiredMessage): string[] {
  return message.blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.flatMap((one) => (one.type === 'button' ? [one.text.text] : []))
      : [],
  );
}

const decision = { by: ALICE, at: AT, selection: { targets: [target(1).id], choices: {} } };
const attention = { outcome: outcome(), verdict: verdict(), decision };

describe.each(Object.keys(stepStates) as StepStatus[])('the card of a step that is %s', (status) => {
  test('is valid, says its state in words, and stays valid with hostile text', () => {
    const card = cardOf(attempt('kill', status, { decision, outcome: outcome(), verdict: verdict() }));
    expectValid(card);
    expect(JSON.stringify(card.blocks)).toContain(stepStates[status].word);
    const evil = plan({
      summary: HOSTILE,
      impact: HOSTILE,
      warnings: [HOSTILE],
      targets: [target(1, { label: HOSTILE, why: HOSTILE, owner: HOSTILE, sql: HOSTILE })],
    });
    const faulty = { code: 'internal', message: HOSTILE, hint: HOSTILE, phase: 'execute' as const };
    const hostile = cardOf(
      attempt('kill', status, {
        plan: evil,
        differs: [HOSTILE],
        fault: faulty,
        outcome: outcome({ summary: HOSTILE, done: [{ target: HOSTILE, detail: HOSTILE }] }),
        verdict: verdict({ evidence: HOSTILE }),
        closing: { by: { kind: 'policy', id: 'p', name: HOSTILE }, reason: HOSTILE, choice: 'skip' },
      }),
    );
    expectValid(hostile);
    expectNoMarkup(hostile);
  });
});

/** Nothing that Slack parses may hold what came from outside. */
function expectNoMarkup(message: DesiredMessage): void {
  expect(message.text).not.toMatch(/<[!@h]/);
  const parsed = [...JSON.stringify(message.blocks).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g)];
  for (const [, text = ''] of parsed) expect(text).not.toMatch(/<!channel|<@U0BOB|<https/);
}

test('the buttons fit the state', () => {
  const deciding = ['Run', 'Change targets', 'Skip', 'Abort'];
  const reading = ['Show statement', 'Explain', 'Why not …'];
  expect(buttonsOf(cardOf(attempt('kill', 'awaiting')))).toEqual([...deciding, ...reading]);
  const one = plan({ targets: [target(1)], commands: [] });
  expect(buttonsOf(cardOf(attempt('kill', 'awaiting', { plan: one })))).toEqual([
    'Run',
    'Skip',
    'Abort',
    'Explain',
    'Why not …',
  ]);
  expect(buttonsOf(cardOf(attempt('kill', 'attention', attention)))).toEqual([
    'Go back to “Suspend the CronJob”',
    'Try again',
    'Go on anyway',
    'Skip',
    'Abort',
  ]);
  expect(buttonsOf(cardOf(attempt('kill', 'executing', { decision })))).toEqual([]);
  expect(buttonsOf(cardOf(attempt('kill', 'passed', attention)))).toEqual([]);
});

test('a step that could not go on says what is known, what is not, what was done, and what helps', () => {
  const fault = {
    code: 'database-full',
    message: 'Database orders (primary) has no connection slot left.',
    hint: 'Free one slot.',
    phase: 'recheck' as const,
    situation: {
      known: [{ name: 'Last reading', value: '14:38:05, 40 of 40 slots' }],
      unknown: ['Who holds the slots: no session could be opened.'],
      done: ['No session was signalled.'],
      next: [{ label: 'free a slot', language: 'sql' as const, text: 'SELECT pg_terminate_backend(4711);' }],
    },
  };
  const shown = JSON.stringify(cardOf(attempt('kill', 'attention', { fault, decision })).blocks);
  const order = [
    'nothing was done',
    'no connection slot left',
    'No session was signalled.',
    'Last reading: 14:38:05',
    'Who holds the slots',
    'Free one slot.',
    'pg_terminate_backend(4711)',
    'By hand',
    '"Try again"',
  ].map((words) => shown.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('a step that changes something asks first and repeats its warnings; one that reads does not ask', () => {
  const changing = messagesOf(view([attempt('kill', 'awaiting')]), { actionClassOf: () => 'session' }).at(-1);
  const run = JSON.stringify(changing?.blocks).match(
    /"action_id":"step.run".*?"confirm":(\{.*?"style":"danger"\})/,
  );
  expect(run?.[1]).toMatch(/Run this step on 1 of 2\?.*still armed.*Acts on pid 4701\./);
  const reading = messagesOf(view([attempt('diagnose', 'awaiting')]), { actionClassOf: () => 'observe' }).at(
    -1,
  );
  const button = reading?.blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .find(({ action_id }) => action_id === 'step.run');
  expect(button).toMatchObject({ action_id: 'step.run', style: 'primary' });
  expect(button).not.toHaveProperty('confirm');
});

test('after a decision the card says who decided, when, and on which plan', () => {
  const card = attempt('kill', 'executing', { decision });
  const text = JSON.stringify(cardOf(card).blocks);
  expect(text).toContain('Run on 1 of 2 · approved by <@U0ALICE> <!date^');
  expect(text).toContain(card.hash?.slice(0, 8));
});

test('a diagnosis that was skipped is named where the cause is asked for, and a button goes back to it', () => {
  const card = attempt('suspend', 'awaiting');
  const { incident, ...rest } = view([attempt('diagnose', 'skipped'), card]);
  const asking = messagesOf({ incident, ...rest }).at(-1) ?? cardOf(card);
  expectValid(asking);
  expect(buttonsOf(asking)).toContain('Go back to “Find the cause”');
  expect(JSON.stringify(explainModal(incident, card))).toContain('because “Find the cause” was skipped');
  const found = view([attempt('diagnose', 'passed'), card]);
  expect(buttonsOf(messagesOf(found).at(-1) ?? cardOf(card))).not.toContain('Go back to “Find the cause”');
  expect(JSON.stringify(explainModal(found.incident, card))).toContain('“Find the cause” found none');
  const ahead = view([attempt('diagnose', 'planning')]).incident;
  expect(JSON.stringify(explainModal(ahead, undefined))).toContain('“Find the cause” looks for it');
});

test('without goBackTo a step goes back to the last skipped one', () => {
  const earlier = attempt('suspend', 'skipped');
  const card = attempt('kill', 'attention', { ...attention, verdict: verdict({ goBackTo: null }) });
  expect(buttonsOf(messagesOf(view([earlier, card])).at(-1) ?? cardOf(card))).toContain(
    'Go back to “Suspend the CronJob”',
  );
});

test('a huge plan fits into one message, and what is cut says so', () => {
  const sql = 'SELECT '.repeat(3000);
  const targets = Array.from({ length: 130 }, (_, index) => target(index, { sql: sql + index }));
  const commands = targets.map(({ id }) => ({ label: id, language: 'sql' as const, text: sql + id }));
  const excluded = targets.map(({ label }) => ({ label, reason: 'too young' }));
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ targets, commands, excluded }) }));
  expectValid(card);
  const text = JSON.stringify(card.blocks);
  expect(text).toContain('20,7');
  expect(text).toMatch(/… \d+ more rows/);
  expect(text).toContain('129 more different queries');
  expect(text).toContain('Only the first 100');
  expect(text).toContain('still armed');
  expect(buttonsOf(card)).toEqual(expect.arrayContaining(['Run', 'Change targets', 'Show statement']));
});

/** The one block with this id, or undefined. */
function blockOf(message: DesiredMessage, prefix: string) {
  return message.blocks.find((block) => block.block_id?.startsWith(prefix));
}

/** Everything that people read of a message, in order. */
function wordsOf(message: DesiredMessage): string {
  return [...JSON.stringify(message.blocks).matchAll(/"text":"((?:[^"\\\\]|\\\\.)*)"/g)]
    .map(([, words]) => words)
    .join('\n');
}

/** The cells of the table of a message, row by row. */
function tableOf(message: DesiredMessage): string[][] {
  const table = message.blocks.find(({ type }) => type === 'table');
  return table?.type === 'table'
    ? table.rows.map((cells) => cells.map((cell) => ('text' in cell ? cell.text : '')))
    : [];
}

test('targets are a table: what, owner, age, state and why, and what is left alone with the reason', () => {
  const facts = [
    { name: 'Age', value: '2m' },
    { name: 'State', value: 'active' },
    { name: 'Role', value: 'report' },
  ];
  const targets = [
    target(1, { facts }),
    target(2, { owner: null, why: 'Active for 40 s, but not at the root.', selected: false }),
  ];
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ targets }) }));
  expectValid(card);
  const [one, two] = targets;
  expect(tableOf(card)).toEqual([
    ['Act on it', 'What', 'Owner', 'Age', 'State', 'Why'],
    ['yes', one?.label, 'CronJob analytics/report-generator', '2m', 'active', one?.why],
    ['no', two?.label, 'not known', '–', '–', two?.why],
    ['left alone', 'pid 99 · walsender', '–', '–', '–', 'protected: replication'],
  ]);
  const words = wordsOf(card);
  expect(words).toContain('Acts on 1 of 2\n, as proposed');
  expect(words).toContain('Role: report (1 of 2)');
  expect(words.split('SELECT * FROM orders')).toHaveLength(2);
  expect(words.indexOf('still armed')).toBeLessThan(words.indexOf('Impact'));
});

test('what all targets share is said once, so that a phone shows the table whole', () => {
  const facts = [
    { name: 'Age', value: '3m12s' },
    { name: 'State', value: 'active' },
  ];
  const targets = [target(1, { facts }), target(2, { facts })];
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ targets, excluded: [] }) }));
  expect(tableOf(card)).toEqual([
    ['Act on it', 'What', 'State'],
    ['yes', targets[0]?.label, 'active'],
    ['yes', targets[1]?.label, 'active'],
  ]);
  const words = wordsOf(card);
  expect(words.split('CronJob analytics/report-generator.')).toHaveLength(3);
  expect(words).toContain(targets[0]?.why);
});

test('the card shows what a person chose, and its Run button means exactly that', () => {
  const chosen = { targets: [target(2).id], by: ALICE, at: AT, turn: 1 };
  const card = cardOf(attempt('kill', 'awaiting', { chosen }));
  expect(tableOf(card).map(([act]) => act)).toEqual(['Act on it', 'no', 'yes', 'left alone']);
  expect(wordsOf(card)).toContain('Acts on 1 of 2\n, as chosen by ');
  const run = JSON.stringify(card.blocks).match(/"action_id":"step.run".*?"value":"(.*?[^\\])"/);
  expect(run?.[1]).toContain('\\"p\\":[1]');
});

test('where nothing is chosen there is nothing to run: choosing comes first', () => {
  const targets = [target(1, { selected: false })];
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ targets }) }));
  expect(buttonsOf(card).slice(0, 3)).toEqual(['Choose targets', 'Skip', 'Abort']);
  expect(wordsOf(card)).toContain('Nothing is proposed: choose what to act on.');
});

test('a card says what its step will not solve', () => {
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ wontSolve: ['It stays slow.'] }) }));
  expect(wordsOf(card)).toContain('Will not solve: \nIt stays slow.');
});

test('a consequence that is too long for an option is said in full above all of them', () => {
  const consequence = `Its pods end. ${'Nobody retries. '.repeat(6)}The end.`;
  const option = { value: 'x', label: 'Delete', consequence };
  const brief = { value: 'y', label: 'Leave', consequence: 'Nothing happens.' };
  const choices = [{ id: 'how', label: 'How?', options: [option, brief], default: 'y' }];
  const card = cardOf(attempt('kill', 'awaiting', { plan: plan({ choices }) }));
  expectValid(card);
  expect(wordsOf(card)).toContain(consequence);
  expect(wordsOf(card)).toContain('Nothing happens.');
  const radio = blockOf(card, 'choice:0');
  expect(radio).toMatchObject({ type: 'actions', elements: [{ initial_option: { value: '1' } }] });
  expect(JSON.stringify(radio)).not.toContain('description');
});

test('targets with the same fate are told in one line', () => {
  const done = [1, 2, 3].map((pid) => ({ target: `pid ${pid}`, detail: 'cancelled; changes rolled back' }));
  const card = cardOf(attempt('kill', 'passed', { outcome: outcome({ done, skipped: [] }) }));
  expect(wordsOf(card)).toContain('pid 1, 2, 3: cancelled; changes rolled back');
});

test('a diagnosis says its verdict first, each number once, and what helps apart from what does not', () => {
  const facts = [{ name: 'CPU', value: '8 sessions want a CPU' }];
  const found = cause({
    evidence: ['CPU: 8 sessions want a CPU.', 'It runs 8 long queries.'],
    helps: ['Suspend it.'],
    wontHelp: ['Killing alone.'],
    settles: ['Its plan.', 'Its indexes.', 'Its statistics.'],
  });
  const summary = `${found.title} (93\u00A0% sure).`;
  const shown = outcome({
    summary,
    causes: [found, cause({ title: 'Locks', confidence: 0.3 })],
    facts,
    done: [],
  });
  const words = wordsOf(cardOf(attempt('diagnose', 'passed', { outcome: shown })));
  const order = [
    summary,
    'It runs 8',
    'Measured',
    'CPU: 8',
    'Helps',
    'Suspend it.',
    'Will not help',
    'Killing',
    'What would settle it',
    'Its plan.',
    'Its indexes.',
    'Locks',
  ];
  const places = order.map((one) => words.indexOf(one));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(words.split('8 sessions want a CPU')).toHaveLength(2);
  expect(words).not.toContain('Its statistics.');
});

test('a long result is a table of Slack that says what it leaves out', () => {
  const rows = Array.from({ length: 130 }, (_, index) => [String(index), '', 'x'.repeat(300)]);
  const table = { columns: ['pid', 'age', 'query'], rows };
  const card = cardOf(attempt('kill', 'passed', { outcome: outcome({ table }) }));
  expectValid(card);
  const block = card.blocks.find(({ type }) => type === 'table');
  const shown = block?.type === 'table' ? block.rows : [];
  expect(shown.length).toBeGreaterThan(30);
  expect(shown[1]).toEqual([
    { type: 'raw_text', text: '0' },
    { type: 'raw_text', text: '–' },
    { type: 'raw_text', text: `${'x'.repeat(99)}…` },
  ]);
  expect(wordsOf(card)).toContain(`… ${130 - (shown.length - 1)} more rows`);
});

test('a proof that failed says what to do next and makes that the first button', () => {
  const card = cardOf(attempt('kill', 'attention', attention));
  expect(wordsOf(card)).toContain('Go back to “Suspend the CronJob” and run it');
  const primary = card.blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.filter((one) => one.type === 'button' && one.style === 'primary')
      : [],
  );
  expect(primary).toMatchObject([
    { action_id: 'step.back', text: { text: 'Go back to “Suspend the CronJob”' } },
  ]);
  const lost = cardOf(
    attempt('kill', 'attention', {
      ...attention,
      verdict: verdict({ goBackTo: null, status: 'inconclusive' }),
    }),
  );
  expect(wordsOf(lost)).toContain('Look for yourself.');
  expect(wordsOf(lost)).toContain('Use psql.');
  expect(wordsOf(card)).not.toContain('Use psql.');
});

test('a skipped step says what was not done, one without work why there was none', () => {
  const closing = { by: ALICE, reason: 'Skipped by a person.', choice: 'skip' } as const;
  const skipped = wordsOf(cardOf(attempt('kill', 'skipped', { closing })));
  expect(skipped).toContain('Not done: Terminate 2 sessions');
  expect(skipped).toContain(' · by <@U0ALICE>');
  const reason = 'No CronJob is to blame.';
  const idle = attempt('suspend', 'skipped', {
    plan: plan({ nothingToDo: reason }),
    closing: { by: { kind: 'system' }, reason, choice: 'skip' },
  });
  expect(wordsOf(cardOf(idle)).split(reason)).toHaveLength(2);
});

test('a plan that is no longer valid says that nothing was done', () => {
  const words = wordsOf(
    cardOf(attempt('kill', 'planning', { plan: plan(), differs: ['New target: pid 3'] })),
  );
  expect(words).toContain('nothing was done');
  expect(words).toContain('New target: pid 3');
});

test('a running step shows its progress as a chart, an ended one does not', () => {
  const progress = { text: '12 of 20 quiet samples', series: verdict().series };
  const running = view([attempt('kill', 'verifying', { decision, outcome: outcome() })]);
  const shown = messagesOf({ ...running, progress: { step: 'kill', attempt: 1, progress } }).at(-1);
  expect(JSON.stringify(shown?.blocks)).toMatch(/12 of 20 quiet samples.*sessions █▁▃ 2 \(max 4\)/);
  const ended = view([attempt('kill', 'passed', { outcome: outcome() })]);
  const after = messagesOf({ ...ended, progress: { step: 'kill', attempt: 1, progress } }).at(-1);
  expect(JSON.stringify(after?.blocks)).not.toContain('quiet samples');
});

describe('the parent', () => {
  const parentOf = (over: Parameters<typeof view>[1], status: StepStatus = 'awaiting') =>
    messagesOf(view([attempt('kill', status)], over))[0];

  test.each([
    [{}, 'awaiting', 'Waiting for a decision'],
    [{}, 'attention', 'Needs a person'],
    [{}, 'executing', 'Diagnosing'],
    [{ recoveredAt: AT }, 'awaiting', 'Recovered'],
    [{ status: 'closed', closedAt: AT }, 'passed', 'Closed'],
  ] as const)('%j with a step that is %s is "%s"', (over, status, word) => {
    const parent = parentOf(over, status);
    expect(parent?.blocks[0]).toMatchObject({ text: { text: expect.stringContaining(word) } });
    if (parent !== undefined) expectValid(parent);
  });

  test('tells the last numbers that were measured, while it is open', () => {
    const facts = [
      { name: 'CPU', value: '100 % by Prometheus; 8 sessions want a CPU' },
      { name: 'Connections', value: '57 of 77 usable slots (74 %)' },
    ];
    const diagnosed = attempt('diagnose', 'passed', {
      outcome: outcome({ causes: [cause()], facts }),
      times: { completedAt: AT },
    });
    const kill = attempt('kill', 'attention', attention);
    const textOf = (attempts: StepAttempt[], over: Parameters<typeof view>[1] = {}) =>
      JSON.stringify(messagesOf(view(attempts, over))[0]?.blocks);
    expect(textOf([diagnosed])).toContain(
      ': CPU 100\u00A0% by Prometheus · Connections 57 of 77 usable slots (74\u00A0%)',
    );
    expect(textOf([diagnosed, kill])).toContain(': sessions 2');
    expect(textOf([diagnosed, kill], { status: 'closed' })).not.toContain('Measured');
  });

  test.each([
    [['firing'], 'alert firing'],
    [['firing', 'resolved'], '1 of 2 alerts firing'],
    [['resolved', 'resolved'], 'all 2 alerts resolved'],
  ] as const)('alerts that are %j are told as "%s"', (states, words) => {
    const alerts = states.map((status, index) => ({
      alert: alert({ fingerprint: String(index), status }),
      at: AT,
    }));
    expect(JSON.stringify(parentOf({ alerts })?.blocks)).toContain(` · ${words}"`);
  });

  test('names the cause, its culprit and what is waited for, and fits on a phone', () => {
    const parent = parentOf({ causes: [cause()], title: HOSTILE.repeat(5), severity: HOSTILE });
    const text = JSON.stringify(parent?.blocks);
    expect(text).toContain(
      'Analytical query holds the pool · CronJob analytics/report-generator (93\u00A0% sure)',
    );
    expect(text).toContain('a decision on step 3 (Terminate the sessions)');
    expect(text).toContain('step 3 of 3');
    expect(parent?.blocks.length).toBeLessThanOrEqual(4);
    if (parent !== undefined) {
      expectValid(parent);
      expectNoMarkup(parent);
    }
  });
});

describe('a step of two people', () => {
  const two = { step: { ...attempt('kill', 'awaiting').step, confirm: 'two' as const } };
  const approval: NonNullable<StepAttempt['approval']> = {
    by: { kind: 'person', id: 'U0ALICE', name: 'Alice Adams', via: 'slack' },
    at: '2026-11-15T14:23:30.000Z',
    selection: { targets: [target(2).id], choices: { how: 'cancel' } },
  };

  test('asks the first person for an approval that runs nothing', () => {
    const card = cardOf(attempt('kill', 'awaiting', two));
    expectValid(card);
    const words = JSON.stringify(card.blocks);
    expect(words).toContain('Approve (first of two)');
    expect(words).toContain('nothing runs until a second person approves');
    expect(words).not.toContain('step.withdraw');
  });

  test('shows the second person who approved what, to be run or taken back as it is', () => {
    const card = cardOf(attempt('kill', 'awaiting', { ...two, approval }));
    expectValid(card);
    const words = JSON.stringify(card.blocks);
    expect(wordsOf(card)).toContain('Waiting for a second person');
    expect(words).toContain('"user_id":"U0ALICE"');
    expect(words).toContain('Run (second person)');
    expect(words).toContain('Alice Adams approved first; it runs now.');
    expect(words).toContain('Chosen: 1 of 2');
    expect(words).toContain('step.withdraw');
    // Nothing can be picked any more.
    expect(words).not.toContain('"step.targets"');
    expect(words).not.toContain('"step.choice"');
  });

  test('is waited for in the line of the parent, with who approved', () => {
    const [parent] = messagesOf(view([attempt('kill', 'awaiting', { ...two, approval })]));
    expect(parent?.text).toMatch(
      /^Waiting for a second person: .*a second person on step 3.*Alice Adams approved/,
    );
  });
});
