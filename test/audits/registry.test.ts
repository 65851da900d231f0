import { describe, expect, test } from 'vitest';
import { postMortemLines } from '../../src/audits/post-mortem.ts';
import { loadAudits } from '../../src/audits/registry.ts';
import { severities } from '../../src/domain/audit.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { filesBelow } from '../shape/source-files.ts';

const audits = await loadAudits();
const kinds = await loadStepKinds();

test('every file of a check is an audit of its name, and every audit has a file', () => {
  const files = filesBelow('src/audits/checks');
  expect(files.length).toBeGreaterThan(10);
  expect(audits.map(({ system, id }) => `src/audits/checks/${system}/${id}.ts`).sort()).toEqual(files.sort());
});

describe.each(audits)('$id', (audit) => {
  test('says what it is, in sentences', () => {
    expect(audit.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(severities).toContain(audit.severity);
    expect(audit.title).toMatch(/^[A-Za-z_][^.]*[^.]$/);
    expect(audit.todo).toMatch(/^[A-Z][^.:]*[^.:]$/);
    for (const text of [audit.why, audit.falsePositives]) expect(text).toMatch(/^\S.*\.$/);
    expect(audit.needs.length).toBeGreaterThan(0);
    expect(new Set(audit.needs).size).toBe(audit.needs.length);
  });

  test('names a step kind that exists', () => {
    if (audit.step !== undefined) expect(kinds.get(audit.step)).toMatchObject({ kind: audit.step });
  });

  test('names lines of the post-mortem that exist', () => {
    for (const line of audit.holds) expect(postMortemLines).toHaveProperty([line]);
  });
});
