import { clientAddresses } from '../diagnosis/client-addresses.ts';
import { behindPoolers } from '../diagnosis/through-pooler.ts';
import type { Peak } from '../domain/audit-policy.ts';
import type { ClusterGuardrails, NamespaceList } from '../domain/cluster-guardrails.ts';
import { describeError } from '../domain/errors.ts';
import type { Databases } from '../ports/databases.ts';
import type { Poolers } from '../ports/poolers.ts';
import type { Workloads } from '../ports/workloads.ts';
import type { AuditFacts, DatabaseUnderAudit, Gap, Gathered, InNamespace, Reading } from './facts.ts';
import type { SuspensionRecord } from './read-suspensions.ts';

/** The outside systems that audits read; they change nothing. */
export interface AuditPorts {
  readonly databases: Databases;
  readonly poolers: Poolers;
  readonly workloads: Workloads;
  /** What incidents suspended; null where there is no journal at hand. */
  readonly suspensions: (() => Promise<SuspensionRecord[]>) | null;
}

/**
 * Reads everything that audits look at: three statements on the primary one after the other, one on each replica, the
 * consoles, and a handful of lists. Whatever cannot be read becomes a gap with its reason; only the signal throws.
 */
export async function gather(
  ports: AuditPorts,
  { database, peak, at }: { database: DatabaseUnderAudit; peak: Peak | null; at: Date },
  signal: AbortSignal,
): Promise<Gathered> {
  const { databases, workloads } = ports;
  const { name } = database;
  const attempt = attemptUnder(signal);
  const [server, activity, relations] = [
    await attempt('', () => databases.serverReadout(name, 'primary', signal)),
    await attempt('', () => databases.snapshot(name, 'primary', signal)),
    await attempt('', () => databases.relationReadout(name, 'primary', signal)),
  ];
  const [replicas, replicaActivity, poolers] = await Promise.all([
    each(database.replicas, NO_REPLICA, (replica) =>
      attempt(`Replica ${replica}: `, () => databases.replicaStatus(name, replica, signal)),
    ),
    each(database.replicas, NO_REPLICA, (replica) =>
      attempt(`Replica ${replica}: `, () => databases.snapshot(name, replica, signal)),
    ),
    each(database.poolers, NO_POOLER, (pooler) =>
      attempt(`PgBouncer ${pooler}: `, () => ports.poolers.read(name, pooler, signal)),
    ),
  ]);
  const seen =
    activity.value === null
      ? activity
      : { ...activity, value: behindPoolers(activity.value, poolers.value ?? []) };
  const cluster = await readCluster(
    workloads,
    seen.value === null ? [] : clientAddresses(seen.value),
    signal,
  );
  return {
    at,
    database,
    parts: {
      server,
      relations,
      activity: seen,
      replicas,
      replicaActivity,
      poolers,
      ...cluster,
      suspensions: await readSuspended(ports.suspensions, signal),
      peak: peak === null ? { value: null, gaps: [NO_PEAK] } : { value: peak, gaps: [] },
    },
  };
}

/** Without a journal suspended CronJobs are still found, only not who suspended them. */
async function readSuspended(
  read: AuditPorts['suspensions'],
  signal: AbortSignal,
): Promise<Reading<SuspensionRecord[]>> {
  if (read === null) return { value: [], gaps: [] };
  const { value, gaps } = await attemptUnder(signal)('Who suspended CronJobs: ', read);
  return { value: value ?? [], gaps };
}

const NO_REPLICA = notConfigured('No replica is configured: name it under databases[].replicas.');
const NO_POOLER = notConfigured('No PgBouncer is configured: name it under databases[].pgbouncer.');
const NO_CLUSTER = notConfigured('No cluster is configured: add a kubernetes section.');
const NO_PEAK = notConfigured('No peak hours are configured: add audits.peak with window and timeZone.');

function notConfigured(why: string): Gap {
  return { because: 'not-configured', why };
}

type Attempt = <T>(what: string, read: () => Promise<T>) => Promise<Reading<T>>;

function attemptUnder(signal: AbortSignal): Attempt {
  return async (what, read) => {
    try {
      return { value: await read(), gaps: [] };
    } catch (error) {
      signal.throwIfAborted();
      const { message, hint } = describeError(error);
      return { value: null, gaps: [{ because: 'unreadable', why: `${what}${message} ${hint}` }] };
    }
  };
}

/** One reading of several things: what can be read of them, and a gap for each that cannot. */
async function each<T>(
  names: readonly string[],
  none: Gap,
  read: (name: string) => Promise<Reading<T>>,
): Promise<Reading<T[]>> {
  if (names.length === 0) return { value: null, gaps: [none] };
  const readings = await Promise.all(names.map(read));
  const values = readings.flatMap(({ value }) => (value === null ? [] : [value]));
  return { value: values.length === 0 ? null : values, gaps: readings.flatMap(({ gaps }) => gaps) };
}

type ClusterParts = Pick<
  Gathered['parts'],
  'clients' | 'quotas' | 'containerDefaults' | 'batches' | 'services'
>;

async function readCluster(
  workloads: Workloads,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<ClusterParts> {
  if (workloads.namespaces.length === 0) {
    const none = { value: null, gaps: [NO_CLUSTER] };
    return { clients: none, quotas: none, containerDefaults: none, batches: none, services: none };
  }
  const attempt = attemptUnder(signal);
  const [clients, guardrails] = await Promise.all([
    attempt('', () => workloads.facts(addresses, signal)),
    attempt('', () => workloads.guardrails(signal)),
  ]);
  const listed = <K extends keyof ClusterGuardrails>(kind: K) => inNamespaces(guardrails, kind);
  return {
    clients: withGaps(clients),
    quotas: listed('quotas'),
    containerDefaults: listed('containerDefaults'),
    batches: listed('batches'),
    services: listed('services'),
  };
}

/** The cluster says itself what it could not read of the pods. */
function withGaps(clients: Reading<AuditFacts['clients']>): Reading<AuditFacts['clients']> {
  const gaps = (clients.value?.gaps ?? []).map((why): Gap => ({ because: 'unreadable', why }));
  return { value: clients.value, gaps: [...clients.gaps, ...gaps] };
}

function inNamespaces<K extends keyof ClusterGuardrails>(
  { value, gaps }: Reading<ClusterGuardrails>,
  kind: K,
): Reading<InNamespace<NonNullable<ClusterGuardrails[K][number]['items']>[number]>[]> {
  type Item = NonNullable<ClusterGuardrails[K][number]['items']>[number];
  if (value === null) return { value: null, gaps };
  const lists = value[kind] as readonly NamespaceList<Item>[];
  const read = lists.flatMap(({ namespace, items }) => (items === null ? [] : [{ namespace, items }]));
  const problems = lists.flatMap(({ problem }): Gap[] =>
    problem === null ? [] : [{ because: 'unreadable', why: problem }],
  );
  return { value: read.length === 0 ? null : read, gaps: problems };
}
