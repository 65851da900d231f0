import { describe, expect, it } from 'vitest';
import { step as diagnoseStep } from '../../src/steps/postgres/diagnose.ts';
import { step as listStep } from '../../src/steps/postgres/list-queries.ts';
import { cluster, outage, replica as replicaOf } from '../support/fixtures.ts';
import { createWorld, fault, runStep } from '../support/ports.ts';

const replica = replicaOf({
  replica: 'orders-replica',
  replayPaused: true,
  replayBytes: 38 * 1024 * 1024,
  replaySeconds: 63,
});

describe('postgres.diagnose', () => {
  it('says what it will read, reads it, and names the cause with its owner', async () => {
    const cpu = { value: 1, at: '2024-11-15T14:38:00Z', source: 'Prometheus (node_exporter)' };
    const world = createWorld({ snapshot: outage(), replicas: [replica], cpu });
    const { plan, outcome, verdict } = await runStep(world, diagnoseStep);
    const texts = plan.commands.map(({ label, text }) => `${label}: ${text}`).join('\n');
    expect(texts).toContain('firebreak:snapshot');
    expect(texts).toContain('replica orders-replica');
    expect(texts).toContain('node_cpu_seconds_total');
    expect(outcome.summary).toContain('CronJob analytics/report-generator');
    expect(outcome.facts).toContainEqual({
      name: 'Replica orders-replica (seen by itself)',
      value: '38 MB behind, about 1m03s; replay is paused',
    });
    expect(outcome.facts[0]?.value).toContain('100 % by Prometheus (node_exporter)');
    expect(outcome.causes[0]?.kind).toBe('runaway-batch-query');
    expect(verdict.status).toBe('passed');
  });

  it('diagnoses without Kubernetes and metrics, and says what is missing', async () => {
    const world = createWorld({ snapshot: outage(), replicas: [replica] });
    world.faults.set('facts', fault('kubernetes-unreachable', 'The API server does not answer.'));
    world.faults.set('cpu', fault('prometheus-unreachable', 'Prometheus does not answer.'));
    const { outcome, verdict } = await runStep(world, diagnoseStep);
    expect(outcome.causes[0]?.kind).toBe('runaway-application-query');
    expect(verdict.status).toBe('inconclusive');
    expect(verdict.evidence).toContain('Kubernetes: The API server does not answer; ');
    expect(verdict.evidence).toMatch(/metrics: Prometheus does not answer\.$/);
  });

  it('holds nothing against a diagnosis when no cluster is configured, and says so', async () => {
    const gaps = ['Kubernetes is not configured.'];
    const world = createWorld({
      snapshot: outage(),
      cluster: cluster({ podsByIp: {}, cronJobs: [], jobs: [], gaps }),
    });
    world.namespaces = [];
    const { outcome, verdict } = await runStep(world, diagnoseStep);
    expect(verdict.status).toBe('passed');
    expect(outcome.facts).toContainEqual({
      name: 'Kubernetes',
      value: expect.stringContaining('not configured'),
    });
  });
});

describe('postgres.list-queries', () => {
  it('lists the oldest with owner and strength of evidence, and counts the others', async () => {
    const { outcome } = await runStep(createWorld({ snapshot: outage() }), listStep, {
      params: { limit: 2 },
    });
    expect(outcome.table?.rows[0]).toEqual([
      '1044',
      '2m44s',
      'active',
      'CronJob analytics/report-generator',
      'report-generator',
      'insert into report_rows select * from orders where created_…',
    ]);
    expect(outcome.table?.rows).toHaveLength(2);
    expect(outcome.summary).toBe('45 sessions are older than 5 s; the oldest first.');
  });
});
