import type { Cluster, KubeObject } from '../stage/cluster.ts';
import type { OwnedStage } from '../stage/set-stage.ts';

/** Everything beside sessions that handling an incident could change: name of the setting → its value. */
export type WorldState = ReadonlyMap<string, string>;

const SETTINGS = `
select 'role ' || rolname || ' connection limit' as name, rolconnlimit::text as value from pg_roles
union all select 'role ' || rolname || ' may log in', rolcanlogin::text from pg_roles where rolname !~ '^pg_'
union all select 'database ' || datname || ' connection limit', datconnlimit::text from pg_database
union all select 'database ' || datname || ' allows connections', datallowconn::text from pg_database
union all select 'setting of ' || coalesce('role ' || r.rolname, 'every role') || ' in ' || coalesce('database ' || d.datname, 'every database') || ': ' || split_part(c, '=', 1), c
  from pg_db_role_setting s cross join unnest(s.setconfig) c
  left join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
union all select 'server setting ' || name, setting from pg_file_settings where sourcefile like '%postgresql.auto.conf'
union all select 'replication slot ' || slot_name, 'there' from pg_replication_slots
union all select 'prepared transaction ' || gid, 'there' from pg_prepared_xacts
union all select 'table or index ' || c.relname, 'there' from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i')`;

const REPLAY = `select 'replay on the replica' as name, case when pg_is_wal_replay_paused() then 'paused' else 'goes on' end as value`;

/** Reads the settings of the servers, of PgBouncer, and the workloads. */
export async function readWorldState(stage: OwnedStage): Promise<WorldState> {
  const rows = [
    ...(await stage.sql<{ name: string; value: string }>(SETTINGS)),
    ...(stage.servers.replica === undefined
      ? []
      : await stage.sql<{ name: string; value: string }>(REPLAY, [], 'replica')),
  ];
  const state = new Map(rows.map(({ name, value }) => [name, value]));
  for (const row of (await stage.pgbouncer?.console('SHOW DATABASES')) ?? []) {
    for (const field of ['paused', 'disabled']) {
      state.set(`PgBouncer database ${String(row.name)} ${field}`, String(row[field]));
    }
  }
  for (const [name, value] of await readWorkloads(stage.cluster)) state.set(name, value);
  return state;
}

const KINDS = [
  { kind: 'CronJob', api: 'apis/batch/v1', plural: 'cronjobs' },
  { kind: 'Job', api: 'apis/batch/v1', plural: 'jobs' },
  { kind: 'Deployment', api: 'apis/apps/v1', plural: 'deployments' },
  { kind: 'ReplicaSet', api: 'apis/apps/v1', plural: 'replicasets' },
  { kind: 'Pod', api: 'api/v1', plural: 'pods' },
] as const;

/** The fields that a change would show in; one setting each. */
const FIELDS = [
  'suspend',
  'schedule',
  'timeZone',
  'concurrencyPolicy',
  'startingDeadlineSeconds',
  'replicas',
  'paused',
  'parallelism',
  'template',
  'jobTemplate',
];

/** `CronJob a/b schedule` → its value; what a workload owns is named by its owner first: `CronJob a/b Job a/c`. */
async function readWorkloads(cluster: Cluster): Promise<[string, string][]> {
  const lists = await Promise.all(
    KINDS.map(async ({ kind, api, plural }) =>
      (await cluster.list(api, plural)).map((object) => ({ ...object, kind: kind as string })),
    ),
  );
  const objects = lists.flat();
  const nameOf = (kind: string, { metadata }: Pick<KubeObject, 'metadata'>): string => {
    const plain = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    const [reference] = metadata.ownerReferences;
    const owner = objects.find(
      (object) =>
        object.kind === reference?.kind &&
        object.metadata.name === reference.name &&
        object.metadata.namespace === metadata.namespace,
    );
    if (owner !== undefined) return `${nameOf(owner.kind, owner)} ${plain}`;
    return reference === undefined
      ? plain
      : `${reference.kind} ${metadata.namespace ?? ''}/${reference.name} ${plain}`;
  };
  return objects.flatMap((object): [string, string][] => {
    const name = nameOf(object.kind, object);
    const isGoing = object.metadata.deletionTimestamp !== undefined;
    const spec = object.spec as Readonly<Record<string, unknown>>;
    return [
      [name, isGoing ? 'is being deleted' : object.metadata.uid],
      ...(object.kind === 'Pod'
        ? []
        : FIELDS.flatMap((field): [string, string][] => [
            [`${name} ${field}`, JSON.stringify(spec[field] ?? null)],
          ])),
    ];
  });
}
