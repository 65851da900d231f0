import { describe, expect, test } from 'vitest';
import { audit as batchOnPrimary } from '../../src/audits/checks/kubernetes/batch-on-primary.ts';
import { audit as batchResources } from '../../src/audits/checks/kubernetes/batch-resources.ts';
import { audit as batchSessions } from '../../src/audits/checks/kubernetes/batch-sessions-on-primary.ts';
import { audit as forgotten } from '../../src/audits/checks/kubernetes/forgotten-suspension.ts';
import { audit as peakSchedule } from '../../src/audits/checks/kubernetes/peak-schedule.ts';
import { audit as serviceConnections } from '../../src/audits/checks/kubernetes/service-connections.ts';
import { audit as preparedTransaction } from '../../src/audits/checks/postgres/prepared-transaction.ts';
import { audit as roleLimit } from '../../src/audits/checks/postgres/role-connection-limit.ts';
import { audit as sequentialScans } from '../../src/audits/checks/postgres/sequential-scans.ts';
import { audit as analytics } from '../../src/audits/checks/replication/analytics-on-primary.ts';
import type { SuspensionRecord } from '../../src/audits/read-suspensions.ts';
import type { BatchWorkload, DatabaseAddress, ServiceWorkload } from '../../src/domain/cluster-guardrails.ts';
import {
  auditFacts,
  batch,
  containerFacts,
  databaseAddress,
  draftsOf,
  loginRole,
  serverReadout,
  tableUse,
} from '../support/audit-facts.ts';
import { cluster, group, pod, snapshot } from '../support/fixtures.ts';

describe('a large table that is read from end to end', () => {
  const use = { liveRows: 1_000_000, sequentialScans: 20, sequentialRows: 20_000_000, bytes: 2 ** 30 };
  const found = (parts: Partial<Parameters<typeof tableUse>[1]>) =>
    draftsOf(sequentialScans, {
      relations: {
        statisticsSince: '2024-11-01T00:00:00Z',
        tables: [tableUse('public."Big Orders"', { ...use, ...parts })],
        invalidIndexes: [],
        duplicateIndexes: [],
        unindexedKeys: [],
      },
    });

  test('is told with what its indexes begin with', () => {
    const [draft] = found({ indexes: [['id'], ['customer', 'at'], [null]] });
    expect(draft?.evidence).toBe(
      '20 sequential scans read 20M rows, 1M each, since 2024-11-01; the table has 1M rows in 1.0 GB. Its indexes begin with: id, customer, an expression.',
    );
    expect(draft?.remedy.commands[0]?.text).toContain("ILIKE '%Big Orders%'");
  });

  test('small tables, few scans, and scans that a LIMIT ended are none', () => {
    expect(found({ liveRows: 90_000 })).toEqual([]);
    expect(found({ sequentialScans: 9 })).toEqual([]);
    expect(found({ sequentialScans: 50_000, sequentialRows: 9_000_000 })).toEqual([]);
  });
});

describe('where a batch job is told to connect', () => {
  const told = (...databases: Partial<DatabaseAddress>[]): BatchWorkload =>
    batch('report', {
      containers: [containerFacts({ databases: databases.map(databaseAddress) })],
    });
  const found = (workload: BatchWorkload) =>
    draftsOf(batchOnPrimary, { batches: [{ namespace: 'analytics', items: [workload] }] });
  const primary = { host: 'orders-primary', port: 5432 };
  const replica = { host: 'orders-ro', port: null };

  test('the primary by any of its names is found', () => {
    expect(found(told({ hosts: [primary] }))[0]?.evidence).toContain(
      'variable DATABASE_URL names orders-primary:5432',
    );
    expect(
      found(told({ hosts: [{ host: 'orders-primary.db.svc.cluster.local', port: null }] })),
    ).toHaveLength(1);
    expect(found(told({ hosts: [primary, replica], wants: 'read-write' }))).toHaveLength(1);
  });

  test('the replica, or several hosts of which a standby is preferred, is right', () => {
    expect(found(told({ hosts: [replica] }))).toEqual([]);
    expect(found(told({ hosts: [primary, replica], wants: 'prefer-standby' }))).toEqual([]);
  });

  test('preferring a standby among one host is still the primary', () => {
    expect(found(told({ hosts: [primary], wants: 'prefer-standby' }))).toHaveLength(1);
  });

  test('a hidden address is mentioned, unless a visible one says it', () => {
    const secret = { hiddenIn: 'Secret report-db, key url' };
    expect(found(told(secret))[0]).toMatchObject({ severity: 'info' });
    expect(found(told(secret, { hosts: [replica] }))).toEqual([]);
    expect(found(told(secret, { hosts: [primary] }))[0]?.evidence).toContain('the primary of orders');
  });
});

test('the sessions of a CronJob are known by the address of its pod, not by their name', () => {
  const owners = [
    { kind: 'Job', name: 'report-1', uid: 'j' },
    { kind: 'CronJob', name: 'report', uid: 'c' },
  ];
  const clients = cluster({
    podsByIp: {
      '10.0.7.11': [pod('10.0.7.11', { owners })],
      '10.0.7.12': [pod('10.0.7.12', { owners, hostNetwork: true })],
    },
  });
  const activity = snapshot({
    groups: [
      group({ backends: 3, clientAddress: '10.0.7.11', user: 'innocent', applicationName: 'x' }),
      group({ backends: 9, clientAddress: '10.0.7.12' }),
      group({ backends: 5, clientAddress: '10.0.7.99', user: 'report' }),
    ],
  });
  expect(draftsOf(batchSessions, { activity, clients })).toMatchObject([
    {
      subject: 'CronJob analytics/report',
      evidence: '3 sessions of role innocent on the primary now, from 1 pod.',
    },
  ]);
});

test('analytics are guessed by names, each application once', () => {
  const activity = snapshot({
    groups: [
      group({ backends: 2, user: 'bi_reader', applicationName: 'Metabase v1.50', clientAddress: '10.0.0.1' }),
      group({ backends: 1, user: 'bi_reader', applicationName: 'Metabase v1.50', clientAddress: '10.0.0.2' }),
      group({ backends: 4, user: 'reporting', applicationName: '' }),
      group({ backends: 4, user: 'mobile_api', applicationName: 'billing' }),
    ],
  });
  expect(draftsOf(analytics, { activity }).map(({ subject, evidence }) => `${subject}: ${evidence}`)).toEqual(
    [
      'role bi_reader, application Metabase v1.50: 3 sessions on the primary now, from 2 addresses.',
      'role reporting: 4 sessions on the primary now, from 1 address.',
    ],
  );
});

test('limits of a LimitRange count as stated by the container', () => {
  const batches = [
    {
      namespace: 'analytics',
      items: [batch('report', { containers: [containerFacts({ requests: { cpu: '1' } })] })],
    },
  ];
  const defaults = (limits: Record<string, string>) => [
    { namespace: 'analytics', items: [{ name: 'd', limits, requests: limits }] },
  ];
  expect(
    draftsOf(batchResources, { batches, containerDefaults: defaults({ cpu: '1', memory: '1Gi' }) }),
  ).toEqual([]);
  expect(
    draftsOf(batchResources, { batches, containerDefaults: defaults({ cpu: '1' }) })[0]?.evidence,
  ).toContain('Container main states no requests.memory, limits.memory.');
});

test('a suspended CronJob starts nothing in the peak; one that GitOps owns is changed in its repository', () => {
  const items = [
    batch('quiet', { suspended: true, schedule: '0 14 * * *' }),
    batch('loud', { schedule: '0 14 * * *', gitops: { tool: 'Argo CD', sign: 'label x' } }),
  ];
  const drafts = draftsOf(peakSchedule, { batches: [{ namespace: 'analytics', items }] });
  expect(drafts.map(({ subject }) => subject)).toEqual(['CronJob analytics/loud']);
  expect(drafts[0]?.remedy.commands[0]?.label).toContain('Argo CD');
});

test('the proposed limit holds what the role has now, and leaves two thirds to the others', () => {
  const roles = [
    loginRole('small'),
    loginRole('big', { sessions: 20 }),
    loginRole('huge', { sessions: 60 }),
    loginRole('root', { superuser: true }),
  ];
  const activity = snapshot({ slots: { max: 80, superuserReserved: 3, reserved: 2, used: 80 } });
  const commands = draftsOf(roleLimit, { server: serverReadout({ roles }), activity }).map(
    ({ remedy }) => remedy.commands[0]?.text,
  );
  expect(commands).toEqual([
    'ALTER ROLE "small" CONNECTION LIMIT 5;',
    'ALTER ROLE "big" CONNECTION LIMIT 25;',
    'ALTER ROLE "huge" CONNECTION LIMIT 60;',
  ]);
});

describe('connections that pods may open', () => {
  const deployment = (name: string, parts: Partial<ServiceWorkload>): ServiceWorkload => ({
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    replicas: 2,
    mostReplicas: 2,
    containers: [containerFacts()],
    ...parts,
  });
  const ofPool = (variable: string, size: number) =>
    containerFacts({
      pool: { variable, size },
      databases: [databaseAddress({ variable: 'PGHOST' })],
    });
  const found = (...items: ServiceWorkload[]) =>
    draftsOf(serviceConnections, {
      services: [{ namespace: 'shop', items }],
      activity: snapshot({ groups: [group({ backends: 6 }), group({ backends: 2, state: 'active' })] }),
      clients: cluster(),
    }).map(({ evidence, remedy }) => `${evidence} ${remedy.commands[0]?.text}`);

  test('are most pods times pool, by the variable or by what one has now', () => {
    expect(found(deployment('api', { mostReplicas: 10, containers: [ofPool('DB_POOL_MAX', 8)] }))).toEqual([
      '10 pods at most × 8 connections (DB_POOL_MAX says so) = 80; all services together 80, ordinary roles share 77. DB_POOL_MAX=7',
    ]);
    // Its one pod has eight sessions of two states now.
    expect(found(deployment('checkout-api', { mostReplicas: 10 }))[0]).toContain(
      '10 pods at most × 8 connections (the most that one of its pods has now) = 80',
    );
  });

  test('are no finding while all services fit together, nor of those that use no database', () => {
    expect(found(deployment('api', { mostReplicas: 9, containers: [ofPool('DB_POOL_MAX', 8)] }))).toEqual([]);
    expect(
      found(
        deployment('other', {
          mostReplicas: 99,
          containers: [containerFacts({ pool: { variable: 'HTTP_POOL_MAX', size: 99 } })],
        }),
      ),
    ).toEqual([]);
  });

  test('do not apply behind PgBouncer', () => {
    const { database } = auditFacts();
    const facts = auditFacts({ database: { ...database, poolers: ['front'] } });
    expect(serviceConnections.check(facts)).toMatchObject({
      doesNotApply: expect.stringContaining('PgBouncer'),
    });
  });
});

describe('a suspended CronJob', () => {
  const at = new Date('2024-11-15T12:00:00Z');
  const found = (suspension: Partial<SuspensionRecord> | null, parts: Partial<BatchWorkload> = {}) =>
    draftsOf(forgotten, {
      at,
      batches: [{ namespace: 'analytics', items: [batch('report', { suspended: true, ...parts })] }],
      suspensions:
        suspension === null
          ? []
          : [
              {
                uid: 'uid-report',
                incident: 'INC-7',
                incidentIsOpen: false,
                suspendedAt: '2024-11-14T12:00:00Z',
                ...suspension,
              },
            ],
    });

  test('is told with the incident that suspended it, or that none is known', () => {
    expect(found({})[0]?.evidence).toBe(
      'Incident INC-7 suspended it 24h00m ago, and is closed; schedule "0 3 * * *", last run never.',
    );
    expect(found(null)[0]?.evidence).toContain('No incident that Firebreak knows of suspended it');
    expect(found(null, { suspended: false })).toEqual([]);
  });

  test('is meant so while its incident is young and open', () => {
    expect(found({ incidentIsOpen: true, suspendedAt: '2024-11-15T11:30:00Z' })).toEqual([]);
    expect(found({ incidentIsOpen: true, suspendedAt: '2024-11-15T10:30:00Z' })).toHaveLength(1);
    expect(found({ incidentIsOpen: false, suspendedAt: '2024-11-15T11:30:00Z' })).toHaveLength(1);
  });

  test('warns of the run that starts at once', () => {
    expect(found({}, { startingDeadlineSeconds: null })[0]?.remedy.text).toContain(
      'a run that was missed starts at once',
    );
  });
});

test('a prepared transaction is a finding after five minutes', () => {
  const prepared = (seconds: number) => [
    { gid: "it's", transactionId: '7', owner: 'app', database: 'orders', seconds, relations: [] },
  ];
  expect(draftsOf(preparedTransaction, { activity: snapshot({ prepared: prepared(299) }) })).toEqual([]);
  expect(draftsOf(preparedTransaction, { activity: snapshot({ prepared: prepared(301) }) })).toMatchObject([
    {
      evidence: 'Prepared 5m01s ago by role app in database orders.',
      remedy: { commands: [{ text: "ROLLBACK PREPARED 'it''s';" }] },
    },
  ]);
});
