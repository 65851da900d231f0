import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFirebreakError } from '../../src/domain/errors.ts';
import { loadRunbook } from '../../src/runbooks/load-runbook.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { runbookSchema } from '../../src/runbooks/schema.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';

const kinds = await loadStepKinds();

const good = `id: demo
title: A demo
summary: For the test.
alerts: [DemoAlert]
steps:
  - id: look
    kind: postgres.diagnose
    title: Look
    byHand: Open psql.
    confirm: none
  - id: kill
    kind: postgres.kill-queries
    title: Kill
    byHand: Cancel it.
    params:
      olderThanSeconds: 60
`;

function problems(text: string): string[] {
  try {
    loadRunbook(text, 'demo.yml', kinds);
  } catch (error) {
    if (isFirebreakError(error) && error.code === 'bad-runbook') return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('loadRunbook', () => {
  it('fills in the defaults of the runbook and of each step kind', () => {
    const runbook = loadRunbook(good, 'demo.yml', kinds);
    expect(runbook).toMatchObject({ id: 'demo', alerts: ['DemoAlert'], planValidMinutes: 10 });
    expect(runbook.steps[1]).toMatchObject({
      confirm: 'one',
      params: { olderThanSeconds: 60, limit: 50, server: 'primary' },
    });
    expect(runbook.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('knows when people are reminded: the step goes before the runbook, and that before the defaults', () => {
    const text = good
      .replace('steps:', 'remind: { threadAfter: 90s, pageAfter: 1h30m }\nsteps:')
      .replace(
        '    byHand: Cancel it.',
        '    byHand: Cancel it.\n    remind: { groupAfter: 20m, pageAfter: never }',
      );
    expect(loadRunbook(text, 'demo.yml', kinds).steps.map(({ remind }) => remind)).toEqual([
      { thread: 90, group: 480, page: 5_400 },
      { thread: 90, group: 1_200, page: null },
    ]);
    expect(loadRunbook(good, 'demo.yml', kinds).steps[0]?.remind).toEqual({
      thread: 180,
      group: 480,
      page: 900,
    });
  });

  it.each([
    ['a number', '5'],
    ['a word', 'soon'],
    ['no unit', '"5"'],
    ['nothing', '0m'],
    ['units in the wrong order', '5s3m'],
    ['more than a day', '25h'],
  ])('takes no %s for a time', (_what, time) => {
    const text = good.replace('steps:', `remind: { threadAfter: ${time} }\nsteps:`);
    const [problem] = problems(text);
    expect(problem).toMatch(
      /^demo\.yml:5:24: .*expected a time such as 90s, 3m or 1h30m, up to 24h, or never/,
    );
  });

  it.each([
    [
      'an unknown kind',
      ['postgres.diagnose', 'postgres.diagnos'],
      'demo.yml:7:11: found the unknown step kind "postgres.diagnos". Did you mean "postgres.diagnose"? Known: audits.run, kubernetes.guard-cronjob',
    ],
    [
      'an unknown cause',
      ['    byHand: Cancel it.', '    byHand: Cancel it.\n    for: [lock-queue, lock-quue]'],
      'demo.yml:15:23: found the unknown cause "lock-quue". Did you mean "lock-queue"? Known: ',
    ],
    [
      'an alert that would start a runbook of prevention',
      ['alerts: [DemoAlert]', 'purpose: prevention\nalerts: [DemoAlert]'],
      'demo.yml:5:9: found alerts beside purpose: prevention',
    ],
    [
      'a page before the group',
      ['    byHand: Cancel it.', '    byHand: Cancel it.\n    remind: { pageAfter: 5m }'],
      'demo.yml:15:13: found pageAfter not later than groupAfter',
    ],
    [
      'an unknown key',
      ['title: Look', 'titel: Look'],
      'demo.yml:8:5: found the unknown key "titel" in steps.0',
    ],
    [
      'an unknown parameter',
      ['olderThanSeconds', 'olderThan'],
      'demo.yml:16:7: found the unknown key "olderThan" in steps.1.params',
    ],
    [
      'a parameter out of range',
      ['Seconds: 60', 'Seconds: 2'],
      'demo.yml:16:25: found "2" for steps.1.params.olderThanSeconds: Too small: expected number to be >=5',
    ],
    [
      'a second id',
      ['id: kill', 'id: look'],
      'demo.yml:11:9: found the step id "look" a second time: ids are unique',
    ],
    [
      'a change without a decision',
      ['title: Kill', 'title: Kill\n    confirm: none'],
      'demo.yml:14:14: found "none" for postgres.kill-queries',
    ],
    [
      'an alias',
      ['[DemoAlert]', '[&a DemoAlert, *a]'],
      'demo.yml:4:24: found the alias *a, but aliases are not allowed; write the text twice',
    ],
    [
      'a foreign tag',
      ['A demo', '!!python/object A'],
      'demo.yml:2:8: the YAML cannot be read: Unresolved tag',
    ],
    [
      'a key twice',
      ['title: A demo', 'title: A demo\ntitle: B'],
      'demo.yml:3:1: the YAML cannot be read: Map keys must be unique',
    ],
    ['a missing key', ['summary: For the test.\n', ''], 'demo.yml:1:1: summary is missing'],
  ])('names the place of %s', (_name, [from = '', to = ''], expected) => {
    const found = problems(good.replace(from, to));
    expect(found.join('\n')).toContain(expected);
  });

  it('collects all problems, in the order of the file', () => {
    const found = problems(
      good
        .replace('id: demo', 'id: Demo!')
        .replace('postgres.diagnose', 'nope')
        .replace('Seconds: 60', 'Seconds: x'),
    );
    expect(found.map((line) => line.split(':').slice(0, 3).join(':'))).toEqual([
      'demo.yml:1:5',
      'demo.yml:7:11',
      'demo.yml:16:25',
    ]);
  });

  it('refuses a file that is too large, or nested beyond reason, without hanging', () => {
    expect(problems(`${good}# ${'x'.repeat(300_000)}`)[0]).toContain('at most 262144 are read');
    expect(problems('['.repeat(100_000))[0]).toContain('nested');
    expect(problems('- '.repeat(20_000))[0]).toContain('demo.yml:1:');
  });

  it('throws nothing but bad-runbook, with positions inside the file, for any text', () => {
    const mutated = fc
      .tuple(
        fc.nat(good.length),
        fc.nat(20),
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            '\n',
            ': ',
            '- ',
            '&a',
            '*a',
            '"',
            '{',
            '[',
            '\t',
            '!!x ',
            '? ',
            '|',
            '__proto__: 1\n',
          ),
        ),
      )
      .map(([at, length, text]) => good.slice(0, at) + text + good.slice(at + length));
    const structured = fc.json().map((json) => `id: demo\ntitle: t\nsummary: s\nsteps: ${json}\n`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated, structured), (text) => {
        const lines = text.split(/\r\n|\r|\n/);
        for (const problem of problems(text)) {
          const match = /^demo\.yml:(\d+):(\d+): /.exec(problem);
          expect(match, problem).not.toBeNull();
          const line = Number(match?.[1]);
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(Math.max(lines.length, text.split('\n').length));
          expect(Number(match?.[2])).toBeGreaterThanOrEqual(1);
          expect(Number(match?.[2])).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('loadRunbooks', () => {
  async function directory(files: Record<string, string>): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'firebreak-runbooks-'));
    onTestFinished(async () => await rm(path, { recursive: true }));
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
    return path;
  }

  it('reads each YAML file and nothing else', async () => {
    const path = await directory({ 'demo.yml': good, 'schema.json': '{}', 'notes.txt': 'x' });
    expect([...(await loadRunbooks(path, kinds)).keys()]).toEqual(['demo']);
  });

  it('reports the problems of all files and what two of them claim', async () => {
    const path = await directory({ 'a.yml': good, 'b.yml': good, 'c.yml': 'id: [' });
    await expect(loadRunbooks(path, kinds)).rejects.toThrow(
      /b\.yml:1:1: found the runbook id "demo" a second time[\s\S]*c\.yml/,
    );
    await expect(loadRunbooks(path, kinds)).rejects.toThrow(
      'found the alert "DemoAlert", which starts the runbook "demo" already',
    );
  });

  it('takes one runbook at most that starts when nobody names one', async () => {
    const first = good.replace('alerts: [DemoAlert]', 'default: true');
    const second = first.replace('id: demo', 'id: other');
    const path = await directory({ 'a.yml': first, 'b.yml': second });
    await expect(loadRunbooks(path, kinds)).rejects.toThrow(
      /b\.yml:1:1: found default: true, which the runbook "demo" has already/,
    );
    const shipped = await loadRunbooks(new URL('../../runbooks', import.meta.url).pathname, kinds);
    expect([...shipped.values()].filter((runbook) => runbook.default)).toMatchObject([
      { id: 'pool-exhaustion' },
    ]);
  });

  it('says which directory it cannot read', async () => {
    await expect(loadRunbooks('/nowhere/at/all', kinds)).rejects.toThrow('/nowhere/at/all cannot be read');
  });
});

describe('the runbook pool-exhaustion', async () => {
  const runbooks = await loadRunbooks(new URL('../../runbooks', import.meta.url).pathname, kinds);
  const runbook = runbooks.get('pool-exhaustion');

  const takenFor = (cause: string) =>
    runbook?.steps
      .filter((step) => step.for.length === 0 || step.for.includes(cause))
      .map(({ kind, params }) => (params.undo === true ? `undo ${kind}` : kind));

  it.each([
    [
      'connection-leak',
      ['kubernetes.rollback-deployment', 'postgres.terminate-idle', 'postgres.set-connection-limit'],
      ['undo kubernetes.scale-deployment'],
    ],
    [
      'connection-storm',
      ['kubernetes.rollback-deployment', 'kubernetes.scale-deployment', 'postgres.shed-load'],
      ['undo kubernetes.scale-deployment', 'postgres.restore-load'],
    ],
    ['idle-pools', ['postgres.shed-load'], ['postgres.restore-load']],
  ])('for %s kills no query and suspends nothing', (cause, steps, undone) => {
    expect(takenFor(cause)).toEqual([
      'postgres.diagnose',
      'postgres.list-queries',
      ...steps,
      'recovery.watch',
      'kubernetes.resume-cronjob',
      ...undone,
      'postgres.restore-setting',
    ]);
  });

  it('suspends before it kills, watches, and resumes last; every step is decided by a person', () => {
    expect(takenFor('runaway-batch-query')).toEqual([
      'postgres.diagnose',
      'postgres.list-queries',
      'kubernetes.suspend-cronjob',
      'kubernetes.suspend-job',
      'postgres.kill-queries',
      'recovery.watch',
      'kubernetes.resume-cronjob',
      'postgres.restore-setting',
    ]);
    expect(new Set(runbook?.steps.map(({ confirm }) => confirm))).toEqual(new Set(['one']));
    expect(runbook?.alerts).toContain('ConnectionPoolExhausted');
  });
});

describe('the shipped runbooks', async () => {
  const runbooks = await loadRunbooks(new URL('../../runbooks', import.meta.url).pathname, kinds);

  it.each([...runbooks.values()].map(({ id, steps }) => ({ id, steps })))(
    '$id can be followed by hand: each step has commands to type',
    ({ steps }) => {
      for (const { id, byHand } of steps) expect(byHand, id).toMatch(/^ *(SELECT|kubectl|psql) /m);
    },
  );

  it('end what blocks others before anything else is killed, and only where somebody blocks somebody', () => {
    for (const id of ['lock-pileup', 'long-transaction', 'pool-exhaustion']) {
      const steps = runbooks.get(id)?.steps ?? [];
      const at = (kind: string) => steps.findIndex((step) => step.kind === kind);
      expect(at('postgres.end-blockers'), id).toBeGreaterThan(0);
      expect(at('postgres.end-blockers'), id).toBeLessThan(at('postgres.kill-queries'));
      expect(steps[at('postgres.end-blockers')]?.for, id).toEqual([
        'lock-queue',
        'idle-in-transaction',
        'row-lock-convoy',
        'prepared-transaction',
        'anti-wraparound-vacuum',
      ]);
    }
  });
});

describe('runbookSchema', () => {
  it('tells an editor the kinds, their parameters, and that a change needs a decision', () => {
    const schema = JSON.parse(JSON.stringify(runbookSchema(kinds)));
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.properties.steps.items.properties.kind.enum).toEqual([...kinds.keys()].sort());
    const kill = schema.properties.steps.items.allOf.find(
      (item: { if: { properties: { kind: { const: string } } } }) =>
        item.if.properties.kind.const === 'postgres.kill-queries',
    );
    expect(kill.then.properties.confirm).toEqual({ enum: ['one', 'two'] });
    expect(kill.then.properties.params.properties.olderThanSeconds).toMatchObject({
      type: 'number',
      minimum: 5,
      default: 30,
    });
    expect(kill.then.properties.params.additionalProperties).toBe(false);
    expect(schema.required).not.toContain('planValidMinutes');
  });
});
