import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';

const RULES = 'deploy/prometheus/rules.yml';
const TESTS = 'deploy/prometheus/rules.test.yml';

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ alert: z.string(), expr: z.string(), labels: z.record(z.string(), z.string()) }),
      ),
    }),
  ),
});
const rules = Rules.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap((group) => group.rules);

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};

it('the shipped rules are valid, and each fires when it should and only then', () => {
  expect(promtool('check', 'rules', RULES)).toMatchObject({ status: 0 });
  expect(promtool('test', 'rules', TESTS)).toMatchObject({ status: 0 });
  const tests = readFileSync(TESTS, 'utf8');
  for (const { alert } of rules) expect(tests).toContain(alert);
});

it('each rule starts a shipped runbook, and each runbook for alerts has a rule', async () => {
  const runbooks = await loadRunbooks(SHIPPED_RUNBOOKS, await loadStepKinds());
  const forAlerts = [...runbooks.values()].filter(({ purpose }) => purpose === 'incident');
  expect(new Set(rules.map(({ labels }) => labels.runbook))).toEqual(new Set(forAlerts.map(({ id }) => id)));
  // An alert without the name of its database would lead to nothing.
  for (const { expr } of rules) expect(expr).toMatch(/^\s*(?:sum|max) by \(database\)/);
});
