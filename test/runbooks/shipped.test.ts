import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { causeKinds } from '../../src/diagnosis/cause-kinds.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { runbookOf } from '../../src/intake/alert-target.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { SHIPPED_RUNBOOKS } from '../../src/runbooks/shipped.ts';
import { loadStepKinds } from '../../src/steps/registry.ts';
import { ruleSets } from './rule-sets.ts';

const kinds = await loadStepKinds();
const runbooks = await loadRunbooks(SHIPPED_RUNBOOKS, kinds);
const all = [...runbooks.values()];
const acts = (kind: string) => kinds.get(kind)?.actionClass !== 'observe';

/** The step kinds that change something and that a runbook has for a cause by its name. */
const answers = (steps: (typeof all)[number]['steps'], cause: string) =>
  new Set(steps.filter((step) => acts(step.kind) && step.for.includes(cause)).map(({ kind }) => kind));

const alert = (name: string, labels: Record<string, string> = {}): Alert => ({
  source: 'alertmanager',
  status: 'firing',
  fingerprint: name,
  name,
  labels: { alertname: name, ...labels },
  annotations: {},
  startsAt: '2024-11-15T14:23:00Z',
  endsAt: null,
  generatorUrl: null,
});

it('there is one runbook for each family', () => {
  expect([...runbooks.keys()].sort()).toEqual([
    'connection-leak',
    'disk-wal-retention',
    'lock-pileup',
    'long-transaction',
    'pgbouncer-saturation',
    'pool-exhaustion',
    'prevention',
    'replication-lag',
  ]);
});

describe.each(Object.entries(ruleSets))('alerts of %s', (name, alerts) => {
  it.each(Object.entries(alerts))('%s starts %s', (alertname, runbook) => {
    const labels = name.includes('metric') ? { metric_name: alertname } : {};
    const given = name.includes('metric') ? 'orders-db is not well' : alertname;
    expect(runbookOf(alert(given, labels), runbooks)?.id ?? null).toBe(runbook);
  });
});

it('docs/alerts.md names each of these alerts beside its runbook, and those that start none', () => {
  const text = readFileSync('docs/alerts.md', 'utf8');
  const told = new Map(
    [...text.matchAll(/^\| (?:`([a-z-]+)`|none) \| (.*) \|$/gm)].map(([, id = 'none', names = '']) => [
      id,
      new Set([...names.matchAll(/`([^`]+)`/g)].map(([, one]) => one)),
    ]),
  );
  const missing = Object.values(ruleSets)
    .flatMap((alerts) => Object.entries(alerts))
    .filter(([alertname, id]) => told.get(id ?? 'none')?.has(alertname) !== true);
  expect(missing).toEqual([]);
});

it('whatever the diagnosis names, the default runbook has every action that any runbook has for it', () => {
  const byDefault = all.find((runbook) => runbook.default);
  const missing = causeKinds.flatMap((cause) => {
    const offered = new Set([
      ...answers(byDefault?.steps ?? [], cause),
      ...(byDefault?.steps.filter((step) => step.for.length === 0).map(({ kind }) => kind) ?? []),
    ]);
    const known = new Set(all.flatMap(({ steps }) => [...answers(steps, cause)]));
    return [...known].filter((kind) => !offered.has(kind)).map((kind) => `${cause}: ${kind}`);
  });
  expect(missing).toEqual([]);
});

it.each(all)(
  '$id holds a batch back in both of its forms before it kills what the batch runs',
  ({ steps }) => {
    const killing = steps.findIndex(
      ({ kind, for: causes }) =>
        kind === 'postgres.kill-queries' && (causes.length === 0 || causes.includes('runaway-batch-query')),
    );
    if (killing === -1) return;
    const before = steps.slice(0, killing).filter((step) => step.for.includes('runaway-batch-query'));
    expect(before.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['kubernetes.suspend-cronjob', 'kubernetes.suspend-job']),
    );
  },
);
