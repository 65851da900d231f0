import type { DiagnosisFacts } from '../../src/diagnosis/facts.ts';
import { interactiveTool } from '../../src/diagnosis/interactive-tools.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { cronJob, group, job, pod, session } from './fixtures.ts';

/** Fields that hold names which people give: of services, roles, databases, workloads. */
const NAMED = new Set(['user', 'applicationName', 'database', 'name', 'namespace', 'replica', 'service']);
/** Names that mean something to PostgreSQL or to a rule by nature, not because somebody chose them. */
const MEANING = /^(?:primary|postgres|pgbouncer|walreceiver|pg_\w+|)$/;
const ADDRESS = /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;
/** Texts of PostgreSQL and of Kubernetes in which no name is replaced. */
const KEPT = new Set(['sql', 'event', 'type', 'state', 'waitEvent', 'waitEventType', 'phase', 'kind', 'uid']);

/**
 * The same facts under other names and addresses: each part of a name becomes another word, everywhere the same. Names
 * that resemble each other still do. Loopback addresses of no pod stay what they are.
 */
export function renamer(facts: DiagnosisFacts, word: (part: string) => string) {
  const names = new Set<string>();
  walk(facts, (key, value) => {
    const plain = value.replace(/ - [\d.]+:\d+$/, '');
    if (NAMED.has(key) && !MEANING.test(plain) && interactiveTool(plain) === null) names.add(plain);
  });
  const addresses = new Map<string, string>();
  const address = (old: string): string => {
    if (old.startsWith('127.') && facts.cluster.podsByIp[old] === undefined) return old;
    const known = addresses.get(old) ?? `172.20.${addresses.size >> 8}.${addresses.size & 255}`;
    addresses.set(old, known);
    return known;
  };
  const name = (old: string): string =>
    old.replaceAll(/[a-z]+/gi, (part) => (/^\d+$/.test(part) ? part : word(part.toLowerCase())));
  const text = (old: string): string => {
    const [, plain = old, suffix = ''] = /^(.*?)( - [\d.]+:\d+)?$/s.exec(old) ?? [];
    const renamed = names.has(plain) ? name(plain) : plain;
    return `${renamed}${suffix}`.replaceAll(ADDRESS, address);
  };
  return {
    facts: mapStrings(facts, text),
    /** The name of a culprit under the new names. */
    culprit: (old: string | null) =>
      old === null
        ? null
        : old.replace(/^(\w+) (.*)$/s, (_, kind: string, rest: string) => {
            const whole = names.has(rest) ? name(rest) : rest;
            const parts = rest.split('/').map((part) => (names.has(part) ? name(part) : part));
            return `${kind} ${names.has(rest) ? whole : parts.join('/')}`.replaceAll(ADDRESS, address);
          }),
  };
}

/** Innocents are added: a CronJob that merely runs for 40 seconds, a backup, an idle psql, an idle service. */
export function withNoise(facts: DiagnosisFacts): DiagnosisFacts {
  const at = { serverStart: facts.snapshot.startedAt };
  const innocents = [
    session(90_001, {
      ...at,
      age: 40,
      waitEventType: 'IO',
      waitEvent: 'DataFileRead',
      user: 'mailer',
      applicationName: 'nightly-mailer',
      clientAddress: '10.77.0.1',
      queryId: '901',
    }),
    session(90_002, {
      ...at,
      age: 400,
      user: 'dumper',
      applicationName: 'pg_dump',
      clientAddress: '10.77.0.2',
      queryId: '902',
      waitEventType: 'Client',
      waitEvent: 'ClientWrite',
      sql: 'COPY public.ledger TO stdout',
    }),
  ];
  const idle = [
    group({
      backends: 1,
      user: 'zoe',
      applicationName: 'psql',
      clientAddress: '10.77.0.3',
      oldestSeconds: 30,
    }),
    group({
      backends: 3,
      user: 'search',
      applicationName: 'search',
      clientAddress: '10.77.0.4',
      oldestSeconds: 3,
    }),
    group({
      backends: 1,
      user: 'mailer',
      applicationName: 'nightly-mailer',
      clientAddress: '10.77.0.1',
      state: 'active',
    }),
    group({
      backends: 1,
      user: 'dumper',
      applicationName: 'pg_dump',
      clientAddress: '10.77.0.2',
      state: 'active',
    }),
  ];
  const { snapshot, cluster } = facts;
  const { slots } = snapshot;
  return {
    ...facts,
    snapshot: {
      ...snapshot,
      sessions: [...snapshot.sessions, ...innocents],
      groups: [...snapshot.groups, ...idle],
      slots: { ...slots, max: slots.max + 6, used: slots.used + 6 },
    },
    cluster: {
      ...cluster,
      podsByIp: {
        ...cluster.podsByIp,
        '10.77.0.1': [
          pod('10.77.0.1', {
            namespace: 'innocent',
            name: 'nightly-mailer-1-abcde',
            owners: [
              { kind: 'Job', name: 'nightly-mailer-1', uid: 'innocent-job' },
              { kind: 'CronJob', name: 'nightly-mailer', uid: 'innocent-cron' },
            ],
          }),
        ],
      },
      cronJobs: [
        ...cluster.cronJobs,
        cronJob({ namespace: 'innocent', name: 'nightly-mailer', uid: 'innocent-cron' }),
      ],
      jobs: [
        ...cluster.jobs,
        job('nightly-mailer-1', {
          namespace: 'innocent',
          uid: 'innocent-job',
          cronJob: { name: 'nightly-mailer', uid: 'innocent-cron' },
        }),
      ],
    },
  };
}

/** The same incident on a server twice as big: twice the slots, the cores, the sessions and the waits. */
export function doubled(facts: DiagnosisFacts): DiagnosisFacts {
  return { ...facts, snapshot: doubledSnapshot(facts.snapshot), history: facts.history.map(doubledSnapshot) };
}

const TWIN = 200_000;

function doubledSnapshot(snapshot: Snapshot): Snapshot {
  const { slots, cores } = snapshot;
  const twin = (pid: number) => (pid === 0 ? 0 : pid + TWIN);
  const twice = <T extends { backends: number }>(one: T): T => ({ ...one, backends: one.backends * 2 });
  const twins = <T extends { pid: number }>(one: T): T[] => [one, { ...one, pid: twin(one.pid) }];
  return {
    ...snapshot,
    slots: {
      ...slots,
      max: slots.max * 2,
      superuserReserved: slots.superuserReserved * 2,
      reserved: slots.reserved * 2,
      used: slots.used * 2,
    },
    cores: cores === null ? null : cores * 2,
    onCpu: snapshot.onCpu * 2,
    waits: snapshot.waits.map(twice),
    groups: snapshot.groups.map((one) => ({
      ...twice(one),
      lockWaiting: one.lockWaiting * 2,
      youngBackends: one.youngBackends * 2,
    })),
    sessions: snapshot.sessions.flatMap(twins),
    idleSessions: snapshot.idleSessions.flatMap(twins),
    lockWaiters: snapshot.lockWaiters.flatMap((one) => [
      one,
      { pid: twin(one.pid), blockers: one.blockers.map(twin) },
    ]),
    lockRequests: snapshot.lockRequests.flatMap((one) => [one, { ...one, pid: twin(one.pid) }]),
    autovacuumWorkers: snapshot.autovacuumWorkers.flatMap((one) => [one, { ...one, pid: twin(one.pid) }]),
  };
}

function walk(value: unknown, visit: (key: string, text: string) => void, key = ''): void {
  if (typeof value === 'string') visit(key, value);
  else if (Array.isArray(value)) for (const item of value) walk(item, visit, key);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) walk(item, visit, name);
}

function mapStrings<T>(value: T, change: (text: string) => string, key = ''): T {
  return mapped(value, change, key) as T;
}

function mapped(value: unknown, change: (text: string) => string, key: string): unknown {
  if (typeof value === 'string') return KEPT.has(key) ? value : change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      /^\d+\./.test(name) ? change(name) : name,
      mapped(item, change, name),
    ]),
  );
}
