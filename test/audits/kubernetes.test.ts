import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Audits } from '../../src/ports/audits.ts';
import { admin, batch, FIREBREAK, NOBODY, READER, startCluster } from '../adapters/kubernetes/support.ts';
import { signal } from '../adapters/postgres/support.ts';
import { audits, auditsOf, report } from './in-cluster.ts';

describe('the CronJob of the outage, in a namespace without bounds', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let running: Audits;
  beforeAll(async () => {
    cluster = await startCluster([report]);
    running = auditsOf(cluster.as(FIREBREAK));
  });
  afterAll(async () => cluster[Symbol.asyncDispose]());

  const findings = async () => (await running.run('shop', signal)).findings;

  test('everything is found, and no password is told', async () => {
    const found = await findings();
    expect(found.map(({ audit, subject }) => `${audit}: ${subject}`).sort()).toEqual(
      [
        'active-deadline: CronJob analytics/report-generator',
        'backoff-limit: CronJob analytics/report-generator',
        'batch-on-primary: CronJob analytics/report-generator',
        'batch-resources: CronJob analytics/report-generator',
        'concurrency-policy: CronJob analytics/report-generator',
        'limit-range: namespace analytics',
        'peak-schedule: CronJob analytics/report-generator',
        'resource-quota: namespace analytics',
        'starting-deadline: CronJob analytics/report-generator',
      ].sort(),
    );
    const told = JSON.stringify(found);
    expect(told).not.toContain('hunter2');
    expect(told).toContain('variable DATABASE_URL names orders-primary.db.svc:5432: the primary of shop.');
    expect(told).toContain(
      'Container report states no requests.cpu, requests.memory, limits.cpu, limits.memory; 3 pods run at once.',
    );
    expect(told).toContain(
      'in every peak of the next year (09:00-22:00 Asia/Seoul), next on 2024-11-15 14:00 Asia/Seoul, 3 pods at once.',
    );
  });

  test('each is gone after its own remedy, which says all that is needed', async () => {
    for (const { audit, remedy } of await findings()) {
      if (audit === 'batch-on-primary') continue;
      for (const { text } of remedy.commands) await apply(text);
      expect((await findings()).map((one) => one.audit)).not.toContain(audit);
    }
    const url =
      'postgres://report@orders-ro.db.svc:5432,orders-primary.db.svc:5432/orders?target_session_attrs=prefer-standby';
    const container = {
      ...report.spec.jobTemplate.spec.template.spec.containers[0],
      env: [{ name: 'DATABASE_URL', value: url }],
    };
    await admin(cluster.sandbox, 'PATCH', `${batch}/cronjobs/report-generator`, {
      spec: {
        jobTemplate: {
          spec: {
            template: {
              spec: { containers: [{ ...container, resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
            },
          },
        },
      },
    });
    expect(await findings()).toEqual([]);
  });

  async function apply(text: string): Promise<void> {
    const [, namespace, name, type, patch] =
      /^kubectl -n (\S+) patch cronjob (\S+) --type (\w+) -p '(.*)'$/.exec(text) ?? [];
    const url = new URL(cluster.sandbox.url);
    const kind =
      type === undefined ? (parse(text) as { kind: string; metadata: { namespace: string } }) : null;
    url.pathname =
      kind === null
        ? `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`
        : `/api/v1/namespaces/${kind.metadata.namespace}/${kind.kind.toLowerCase()}s`;
    const answer = await fetch(url, {
      method: kind === null ? 'PATCH' : 'POST',
      headers: {
        authorization: 'Bearer admin',
        'content-type':
          kind !== null
            ? 'application/json'
            : type === 'strategic'
              ? 'application/strategic-merge-patch+json'
              : 'application/merge-patch+json',
      },
      body: kind === null ? (patch ?? '') : JSON.stringify(kind),
    });
    expect(answer.ok, `${text}: ${await answer.text()}`).toBe(true);
  }
});

test('what may not be read is listed as not checked, and nothing of it is called good', async () => {
  await using cluster = await startCluster([report]);
  const reader = await auditsOf(cluster.as(READER)).run('shop', signal);
  expect(reader.findings.map(({ audit }) => audit)).toContain('peak-schedule');
  const missing = reader.notChecked.filter(
    ({ why }) => why.includes('resourcequotas') || why.includes('limitranges'),
  );
  expect(missing.map(({ audit }) => audit).sort()).toEqual([
    'batch-resources',
    'limit-range',
    'resource-quota',
  ]);
  expect(missing.every(({ because }) => because === 'unreadable')).toBe(true);
  expect(reader.checked).not.toContain('resource-quota');

  const nobody = await auditsOf(cluster.as(NOBODY)).run('shop', signal);
  expect(nobody).toMatchObject({ findings: [], checked: [] });
  expect(new Set(nobody.notChecked.map(({ audit }) => audit))).toEqual(new Set(audits.map(({ id }) => id)));
});

test('an address that lies in a Secret is said to be invisible; no Secret is read', async () => {
  const hidden = structuredClone(report) as unknown as {
    spec: { jobTemplate: { spec: { template: { spec: { containers: { env: unknown[] }[] } } } } };
  };
  const [container] = hidden.spec.jobTemplate.spec.template.spec.containers;
  if (container === undefined) throw new Error('no container');
  container.env = [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'report-db', key: 'url' } } }];
  await using cluster = await startCluster([hidden]);
  const { findings } = await auditsOf(cluster.as(FIREBREAK)).run('shop', signal);
  expect(findings.find(({ audit }) => audit === 'batch-on-primary')).toMatchObject({
    severity: 'info',
    evidence:
      'Where it connects to is not visible: DATABASE_URL comes from Secret report-db, key url. Firebreak reads no Secrets.',
  });
});
