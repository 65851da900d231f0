import type { Audit, Draft } from '../../src/audits/audit.ts';
import type { AuditFacts, DatabaseUnderAudit } from '../../src/audits/facts.ts';
import type { AuditReport } from '../../src/domain/audit.ts';
import type { BatchWorkload, ContainerFacts, DatabaseAddress } from '../../src/domain/cluster-guardrails.ts';
import type { LoginRole, RelationReadout, ServerReadout, TableUse } from '../../src/domain/server-readout.ts';
import { cluster, snapshot } from './fixtures.ts';

export function loginRole(name: string, parts: Partial<LoginRole> = {}): LoginRole {
  return {
    name,
    superuser: false,
    bootstrap: false,
    own: false,
    connectionLimit: null,
    sessions: 0,
    ...parts,
  };
}

/** A server of version 18 with no settings, where Firebreak and an application may log in. */
export function serverReadout(parts: Partial<ServerReadout> = {}): ServerReadout {
  return {
    database: 'orders',
    versionNumber: 180_004,
    inRecovery: false,
    databaseLimit: null,
    settings: {},
    roles: [loginRole('firebreak', { own: true }), loginRole('checkout_api', { sessions: 6 })],
    stored: [],
    extensions: [],
    ages: [],
    publications: 0,
    publishedWithoutIdentity: [],
    ...parts,
  };
}

/** A report in which nothing was found. */
export function auditReport(parts: Partial<AuditReport> = {}): AuditReport {
  return {
    database: 'orders',
    at: '2024-11-15T14:38:00.000Z',
    findings: [],
    suppressed: [],
    checked: ['statement-timeout'],
    notChecked: [],
    notes: [],
    ...parts,
  };
}

export function relationReadout(parts: Partial<RelationReadout> = {}): RelationReadout {
  return {
    statisticsSince: null,
    tables: [],
    invalidIndexes: [],
    duplicateIndexes: [],
    unindexedKeys: [],
    ...parts,
  };
}

export function tableUse(name: string, parts: Partial<TableUse> = {}): TableUse {
  return {
    name,
    liveRows: 0,
    deadRows: 0,
    sequentialScans: 0,
    sequentialRows: 0,
    indexScans: 0,
    bytes: 0,
    indexes: [],
    ...parts,
  };
}

export function containerFacts(parts: Partial<ContainerFacts> = {}): ContainerFacts {
  return { name: 'main', init: false, requests: {}, limits: {}, databases: [], pool: null, ...parts };
}

/** A variable that says nothing yet. */
export function databaseAddress(parts: Partial<DatabaseAddress> = {}): DatabaseAddress {
  return {
    variable: 'DATABASE_URL',
    hosts: [],
    wants: null,
    user: null,
    hiddenIn: null,
    shown: null,
    ...parts,
  };
}

export function batch(name: string, parts: Partial<BatchWorkload> = {}): BatchWorkload {
  return {
    namespace: 'analytics',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    schedule: '0 3 * * *',
    timeZone: 'Asia/Seoul',
    suspended: false,
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 300,
    lastScheduleTime: null,
    createdAt: null,
    gitops: null,
    activeDeadlineSeconds: 3600,
    backoffLimit: 1,
    parallelism: 1,
    containers: [containerFacts()],
    ...parts,
  };
}

const database: DatabaseUnderAudit = {
  name: 'orders',
  service: 'order-service',
  replicas: ['replica-1'],
  poolers: [],
  hosts: { primary: ['orders-primary.db.svc'], replicas: ['orders-ro.db.svc'], others: [] },
  protectedRoles: [],
};

/** Facts in which nothing is wrong that a test does not say. */
export function auditFacts(parts: Partial<AuditFacts> = {}): AuditFacts {
  return {
    at: new Date('2024-11-15T05:23:00Z'),
    database,
    server: serverReadout(),
    relations: relationReadout(),
    activity: snapshot(),
    clients: cluster(),
    replicas: [],
    replicaActivity: [],
    poolers: [],
    quotas: [],
    containerDefaults: [],
    batches: [],
    services: [],
    suspensions: [],
    peak: { window: '09:00-22:00', timeZone: 'Asia/Seoul' },
    ...parts,
  };
}

/** What an audit finds in these facts; fails when it does not apply. */
export function draftsOf(audit: Audit, parts: Partial<AuditFacts> = {}): readonly Draft[] {
  const answer = audit.check(auditFacts(parts));
  if ('doesNotApply' in answer) throw new Error(answer.doesNotApply);
  return answer;
}
