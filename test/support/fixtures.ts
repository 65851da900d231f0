import type { ClusterFacts, CronJob, Deployment, Job, Pod, Revision } from '../../src/domain/cluster.ts';
import type { ReplicaStatus } from '../../src/domain/replica.ts';
import type { Session, SessionGroup, Snapshot, Standby } from '../../src/domain/snapshot.ts';

/** PostgreSQL's text for a moment some seconds after 14:38:00 UTC of the incident's day. */
export function pgTime(seconds: number): string {
  const date = new Date(Date.UTC(2024, 10, 15, 14, 38, 0) + Math.round(seconds * 1000));
  return `${date.toISOString().replace('T', ' ').replace('Z', '')}123+00`;
}

/** An active session on a CPU; `age` seconds old at 14:38:00. */
export function session(pid: number, parts: Partial<Session> & { age?: number } = {}): Session {
  const { age = 120, ...rest } = parts;
  return {
    serverStart: pgTime(-86_400),
    pid,
    backendStart: pgTime(-age - 1),
    xactStart: pgTime(-age),
    queryStart: pgTime(-age),
    state: 'active',
    waitEventType: null,
    waitEvent: null,
    database: 'orders',
    user: 'report_generator',
    applicationName: 'report-generator',
    clientAddress: '10.0.7.11',
    clientPort: 40_000 + pid,
    writes: false,
    queryId: '4711',
    transactionSeconds: age,
    stateSeconds: age,
    parallelWorkers: 0,
    snapshotAge: null,
    protectedBy: [],
    sql: 'insert into report_rows select * from orders where created_at > $1',
    tags: {},
    behind: null,
    ...rest,
  };
}

export function group(parts: Partial<SessionGroup> & { backends: number }): SessionGroup {
  return {
    user: 'checkout_api',
    applicationName: 'checkout-api',
    clientAddress: '10.0.3.5',
    database: 'orders',
    state: 'idle',
    lockWaiting: 0,
    oldestSeconds: 2,
    oldestBackendSeconds: 86_000,
    youngBackends: 0,
    behind: null,
    ...parts,
  };
}

const standbyParameters = {
  max_connections: 80,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
};

/** A streaming standby as its primary sees it, with nothing behind. */
export function standby(parts: Partial<Standby> = {}): Standby {
  return {
    applicationName: 'replica-1',
    clientAddress: '10.0.9.2',
    kind: 'standby',
    state: 'streaming',
    sendBytes: 0,
    flushBytes: 0,
    replayBytes: 0,
    replaySeconds: null,
    replyAgeSeconds: 0.1,
    ...parts,
  };
}

/** The same standby as it sees itself. */
export function replica(parts: Partial<ReplicaStatus> = {}): ReplicaStatus {
  return {
    replica: 'replica-1',
    startedAt: pgTime(-86_000),
    inRecovery: true,
    replayPaused: false,
    replayBytes: 0,
    replaySeconds: 0,
    replayPosition: 50 * 1024 ** 3,
    replayWait: { type: 'Activity', event: 'RecoveryWalStream' },
    lockHolders: [],
    receiver: { status: 'streaming', silentSeconds: 0.5, slot: null },
    cancelledForReplay: 0,
    patienceSeconds: 30,
    applyDelaySeconds: 0,
    recoveryTarget: null,
    mayResume: true,
    role: 'firebreak',
    connectedTo: 'orders',
    ...parts,
  };
}

/** A calm primary with 77 usable slots and 2 cores. */
export function snapshot(parts: Partial<Snapshot> = {}): Snapshot {
  return {
    database: 'orders',
    server: 'primary',
    at: pgTime(0),
    startedAt: pgTime(-86_400),
    versionNumber: 160014,
    inRecovery: false,
    slots: { max: 80, superuserReserved: 3, reserved: 0, used: 7 },
    cores: 2,
    onCpu: 0,
    waits: [],
    groups: [group({ backends: 6 })],
    sessions: [],
    idleSessions: [],
    backends: [],
    lockWaiters: [],
    standbys: [],
    slotsRetaining: [],
    wal: {
      position: 50 * 1024 ** 3,
      maxBytes: 1024 ** 3,
      slotKeepBytes: null,
      standbyParameters: { ...standbyParameters },
    },
    lockRequests: [],
    prepared: [],
    autovacuumWorkers: [],
    tookMs: 5,
    ...parts,
  };
}

export function cronJob(parts: Partial<CronJob> = {}): CronJob {
  return {
    namespace: 'analytics',
    name: 'report-generator',
    uid: 'cj-1',
    resourceVersion: '100',
    schedule: '*/2 * * * *',
    timeZone: null,
    suspended: false,
    concurrencyPolicy: 'Allow',
    startingDeadlineSeconds: null,
    activeDeadlineSeconds: null,
    backoffLimit: 6,
    lastScheduleTime: '2024-11-15T14:38:00Z',
    createdAt: '2024-01-01T00:00:00Z',
    gitops: null,
    ...parts,
  };
}

export function job(name: string, parts: Partial<Job> = {}): Job {
  return {
    namespace: 'analytics',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    cronJob: { name: 'report-generator', uid: 'cj-1' },
    suspended: false,
    finished: false,
    active: 1,
    failed: 0,
    backoffLimit: 6,
    startTime: '2024-11-15T14:36:00Z',
    completionTime: null,
    ...parts,
  };
}

/** A running pod of a Job of the CronJob, at the address of session(). */
export function pod(ip: string, parts: Partial<Pod> = {}): Pod {
  return {
    namespace: 'analytics',
    name: 'report-generator-28861356-x7k2p',
    uid: `pod-${ip}`,
    ip,
    hostNetwork: false,
    phase: 'Running',
    startTime: '2024-11-15T14:36:01Z',
    owners: [
      { kind: 'Job', name: 'report-generator-28861356', uid: 'uid-report-generator-28861356' },
      { kind: 'CronJob', name: 'report-generator', uid: 'cj-1' },
    ],
    ...parts,
  };
}

export function cluster(parts: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    podsByIp: {
      '10.0.7.11': [pod('10.0.7.11')],
      '10.0.3.5': [
        pod('10.0.3.5', {
          namespace: 'shop',
          name: 'checkout-api-7f9c-abcde',
          owners: [
            { kind: 'ReplicaSet', name: 'checkout-api-7f9c', uid: 'rs-1' },
            { kind: 'Deployment', name: 'checkout-api', uid: 'dep-1' },
          ],
        }),
      ],
    },
    cronJobs: [cronJob(), cronJob({ name: 'invoice-mailer', uid: 'cj-2', schedule: '0 * * * *' })],
    jobs: [job('report-generator-28861356')],
    deployments: [deployment()],
    deploymentGaps: [],
    gaps: [],
    ...parts,
  };
}

export function revision(number: number, parts: Partial<Revision> = {}): Revision {
  return {
    name: `checkout-api-${number}`,
    uid: `rs-${number}`,
    number,
    images: [`api registry.invalid/checkout-api:${number}.0`],
    replicas: 0,
    createdAt: '2024-09-01T00:00:00Z',
    ...parts,
  };
}

/** The shop's service: two pods, rolled out weeks before the incident. */
export function deployment(parts: Partial<Deployment> = {}): Deployment {
  return {
    namespace: 'shop',
    name: 'checkout-api',
    uid: 'dep-1',
    resourceVersion: '200',
    replicas: 2,
    ready: 2,
    paused: false,
    revisions: [revision(7, { replicas: 2 }), revision(6)],
    rolledOutAt: '2024-09-01T00:00:00Z',
    autoscaler: null,
    gitops: null,
    ...parts,
  };
}

/** The post-mortem's outage: 50 reports of one CronJob on 2 cores, the shop's queries slowed down. */
export function outage(parts: Partial<Snapshot> = {}): Snapshot {
  const reports = Array.from({ length: 45 }, (_, index) => session(1000 + index, { age: 120 + index }));
  const checkouts = Array.from({ length: 5 }, (_, index) =>
    session(2000 + index, {
      age: 0.6,
      user: 'checkout_api',
      applicationName: 'checkout-api',
      clientAddress: '10.0.3.5',
      queryId: '12',
      sql: 'select * from orders where id = $1',
    }),
  );
  return snapshot({
    slots: { max: 80, superuserReserved: 3, reserved: 0, used: 57 },
    onCpu: 50,
    sessions: [...reports, ...checkouts],
    groups: [
      group({
        backends: 45,
        user: 'report_generator',
        applicationName: 'report-generator',
        state: 'active',
        clientAddress: '10.0.7.11',
      }),
      group({ backends: 5, state: 'active' }),
    ],
    ...parts,
  });
}
