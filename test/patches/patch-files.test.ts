import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Command } from '../../src/domain/plan.ts';
import { patchFiles } from '../../src/patches/patch-files.ts';
import { makePlan, makeStep, makeTarget } from '../support/domain.ts';

const set: Command = {
  label: 'ALTER ROLE … Only if nobody changed it meanwhile:',
  language: 'sql',
  text: "DO $$ BEGIN ALTER ROLE app SET statement_timeout = '30s'; END $$",
  patch: {
    text: "ALTER ROLE app SET statement_timeout = '30s';",
    undo: 'ALTER ROLE app RESET statement_timeout;',
  },
};
const grant: Command = { label: 'grant', language: 'sql', text: 'GRANT app TO firebreak;', patch: null };

const request = (method: string, path: string, body: object): Command => ({
  label: 'Change it',
  language: 'text',
  text: `${method} ${path}\nContent-Type: application/merge-patch+json\n\n${JSON.stringify(body)}`,
});

function files(commands: readonly Command[], plan = makePlan({ commands: [...commands] })) {
  const [patched] = patchFiles('orders', [{ step: makeStep('limits'), plan, problem: null }]);
  return patched?.files ?? [];
}

/** Lines that PostgreSQL would run. */
const live = (sql: string) => sql.split(/[\n\r]/).filter((line) => line !== '' && !line.startsWith('--'));

it('SQL stands as for a repository, without guards and grants, with what takes it back in a comment', () => {
  const [file, ...more] = files([set, grant]);
  expect(more).toEqual([]);
  expect(file?.name).toBe('01-limits.sql');
  expect(live(file?.text ?? '')).toEqual(["ALTER ROLE app SET statement_timeout = '30s';"]);
  expect(file?.text).toContain('-- ALTER ROLE app RESET statement_timeout;');
  expect(file?.text).toMatch(/^-- Made by firebreak prevent orders/);
});

it('a request to Kubernetes becomes the part of the object that it changes, without uid and version', () => {
  const body = { metadata: { uid: 'u-1', resourceVersion: '7' }, spec: { schedule: '0 3 * * *' } };
  const path = '/apis/batch/v1/namespaces/analytics/cronjobs/report?fieldManager=firebreak';
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '9' } },
  };
  const made = files([
    request('PATCH', path, body),
    request('POST', '/api/v1/namespaces/analytics/resourcequotas', quota),
  ]);
  expect(made.map(({ name }) => name)).toEqual(['01-limits-1.yaml', '01-limits-2.yaml']);
  expect(made.map(({ text }) => parse(text))).toEqual([
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { namespace: 'analytics', name: 'report' },
      spec: { schedule: '0 3 * * *' },
    },
    { ...quota, metadata: { namespace: 'analytics', name: 'q' } },
  ]);
});

it('several objects of one command are files of their own: a new one is applied, a part is patched in', () => {
  const command: Command = {
    label: 'DATABASE_URL of CronJob analytics/report',
    language: 'text',
    text: 'PATCH …',
    patch: {
      text: [
        '# Fill it in.\napiVersion: v1\nkind: Secret\nmetadata:\n  name: report-db\n  namespace: analytics',
        'apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: report\n  namespace: analytics\nspec: {}',
      ].join('\n---\n'),
      undo: 'apiVersion: batch/v1\nkind: CronJob',
    },
  };
  const [secret, change] = files([command]);
  expect(secret?.text).toContain(
    '# Apply: kubectl apply --server-side --field-manager=firebreak -f 01-limits-1.yaml',
  );
  expect(secret?.text).toContain('# This file: DATABASE_URL of CronJob analytics/report');
  expect(secret?.text).not.toContain('To undo it');
  expect(change?.text).toContain(
    '# Apply: kubectl -n analytics patch cronjob report --patch-file 01-limits-2.yaml',
  );
  expect(change?.text).toContain('# To undo it:\n# apiVersion: batch/v1');
  expect([secret, change].map((file) => parse(file?.text ?? '').kind)).toEqual(['Secret', 'CronJob']);
});

it('what a person has to do by hand is a file in words', () => {
  const command: Command = {
    label: 'by hand',
    language: 'text',
    text: 'kubectl edit',
    patch: { text: 'Change the command line.\nIt names the primary.', undo: null },
  };
  const [file] = files([command]);
  expect(file?.name).toBe('01-limits.txt');
  expect(live(file?.text.replaceAll(/^#.*$/gm, '') ?? '')).toEqual([
    'Change the command line.',
    'It names the primary.',
  ]);
});

describe('a step without files says why', () => {
  const notes = (parts: Parameters<typeof patchFiles>[1][number]) =>
    patchFiles('orders', [parts]).map(({ note, files: made }) => [note, made.length]);

  it('nothing to do, no form for a repository, could not be planned', () => {
    const step = makeStep('limits');
    const nothing = makePlan({ nothingToDo: 'Every role is bounded.' });
    expect(notes({ step, plan: nothing, problem: null })).toEqual([['Every role is bounded.', 0]]);
    const console = { label: 'console', language: 'text', text: 'RECONNECT orders' } as const;
    const [[told] = []] = notes({ step, plan: makePlan({ commands: [console] }), problem: null });
    expect(told).toContain('no form for a repository');
    const problem = { message: 'It does not answer.', hint: 'Wait.', commands: [] };
    expect(notes({ step, plan: null, problem })).toEqual([['It does not answer. Wait.', 0]]);
  });

  it('what Firebreak may not do itself is still a file', () => {
    const problem = { message: 'Firebreak’s role may not change it.', hint: 'h', commands: [set, grant] };
    const [patched] = patchFiles('orders', [{ step: makeStep('limits'), plan: null, problem }]);
    expect(live(patched?.files[0]?.text ?? '')).toEqual(["ALTER ROLE app SET statement_timeout = '30s';"]);
  });
});

it('whatever names people gave to things, nothing of a header is ever run or read', () => {
  const evil = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'x\nDROP TABLE orders;',
      'x\rDROP TABLE orders;',
      'x\u2028- a: b',
      '\r\n---\nkind: Secret',
    ),
  );
  fc.assert(
    fc.property(evil, evil, evil, (label, why, words) => {
      const plan = makePlan({
        summary: words,
        impact: why,
        undo: label,
        warnings: [words],
        wontSolve: [label],
        targets: [{ ...makeTarget('a'), label, why }],
        commands: [set, request('PATCH', '/apis/batch/v1/namespaces/a/cronjobs/b', { spec: {} })],
      });
      const [sql, yaml] = files([], plan);
      expect(live(sql?.text ?? '')).toEqual(["ALTER ROLE app SET statement_timeout = '30s';"]);
      const documents = parseAllDocuments(yaml?.text ?? '');
      expect(documents).toHaveLength(1);
      expect(parse(yaml?.text ?? '')).toMatchObject({ kind: 'CronJob', metadata: { name: 'b' } });
    }),
  );
});
