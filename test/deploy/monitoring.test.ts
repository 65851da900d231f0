import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/adapters/telemetry/metrics.ts';

const RULES = 'deploy/prometheus/firebreak.yml';
const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};

/** Every name under which a series is exported. */
function exported(): Set<string> {
  const metrics = createMetrics('0.0.0').registry.getMetricsAsArray();
  return new Set(
    metrics.flatMap((metric) =>
      metric.constructor.name === 'Histogram'
        ? [`${metric.name}_bucket`, `${metric.name}_sum`, `${metric.name}_count`]
        : [metric.name],
    ),
  );
}

/** Names of series in expressions that are not exported; `up` is Prometheus' own. */
function unknownNames(expressions: readonly string[]): string[] {
  const names = expressions.flatMap((text) => text.match(/\b(?:firebreak|nodejs|process)_\w+/g) ?? []);
  expect(names.length).toBeGreaterThan(10);
  const known = exported();
  return names.filter((name) => !known.has(name));
}

describe('the alert rules about Firebreak itself', () => {
  const Rules = z.object({
    groups: z.array(z.object({ rules: z.array(z.looseObject({ alert: z.string(), expr: z.string() })) })),
  });
  const rules = Rules.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap((group) => group.rules);

  it('are valid, and each fires when it should and only then', () => {
    expect(promtool('check', 'rules', RULES)).toMatchObject({ status: 0 });
    expect(promtool('test', 'rules', 'deploy/prometheus/firebreak.test.yml')).toMatchObject({ status: 0 });
    const tests = readFileSync('deploy/prometheus/firebreak.test.yml', 'utf8');
    for (const { alert } of rules) expect(tests).toContain(alert);
  });

  it('ask only for metrics that Firebreak has', () => {
    expect(unknownNames(rules.map(({ expr }) => expr))).toEqual([]);
  });
});

describe('the dashboard', () => {
  const Dashboard = z.looseObject({
    panels: z.array(
      z.looseObject({
        id: z.number(),
        title: z.string(),
        targets: z.array(z.looseObject({ expr: z.string(), refId: z.string() })),
      }),
    ),
  });
  const { panels } = Dashboard.parse(JSON.parse(readFileSync('deploy/grafana/firebreak.json', 'utf8')));
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('has expressions that Prometheus can parse', () => {
    const directory = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const check = (texts: readonly string[]) => {
      const file = join(directory, 'dashboard.yml');
      const filled = texts.map((text) =>
        text.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
      );
      const recorded = filled.map((expr, index) => ({ record: `panel:${index}`, expr }));
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
      return promtool('check', 'rules', file).status;
    };
    expect(check(expressions)).toBe(0);
    expect(check(['sum(firebreak_ready'])).not.toBe(0);
  });

  it('asks only for metrics that Firebreak has, and shows those that it made for it', () => {
    expect(unknownNames(expressions)).toEqual([]);
    const all = expressions.join('\n');
    const own = [...exported()].filter((name) => /^firebreak_.*(?<!_sum|_count)$/.test(name));
    expect(own.filter((name) => !all.includes(name))).toEqual([]);
  });

  it('has panels of different ids', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
