import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Scene } from '../world/scene.ts';

/** The incident of a scene with a fresh state. */
const INCIDENT = 'INC-1';
const LOOK_MS = 15;
const PATIENCE_MS = 60_000;

/** An entry of the journal of the incident, as far as it is looked at here. */
export interface Entry {
  readonly type: string;
  readonly step: string | null;
  readonly instance: string | null;
  readonly schema: number;
  /** Milliseconds of the epoch, by the clock of the state, which is that of this machine. */
  readonly atMs: number;
}

/** A window into the state while replicas work on it. */
export interface StateView extends AsyncDisposable {
  entries(): Promise<readonly Entry[]>;
  /** The first entry of this type and step; waits for it. */
  entry(type: string, step: string): Promise<Entry>;
  /** Instance of the replica that holds the incident now, or null. */
  holder(): Promise<string | null>;
  /** Waits until a replica holds the incident that is none of these. */
  heldByOther(instances: readonly string[], patienceMs?: number): Promise<string>;
  /** Waits until every replica that counts reads this schema of events, or a newer one. */
  onlySchema(schema: number, patienceMs: number): Promise<unknown>;
  /** Ends the session with which a replica holds its locks. */
  endLockSession(instance: string): Promise<void>;
}

const ENTRIES = `
  select type, body::jsonb->>'step' as step, body::jsonb->>'instance' as instance, schema_version as schema,
    (extract(epoch from at) * 1000)::float8 as "atMs"
  from firebreak.journal where stream = $1 order by version`;

const HOLDER = `
  select application_name as name from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
    and ((classid::bigint << 32) | objid::bigint) = hashtextextended('firebreak:mutex:advance:' || $1, 0)`;

const END = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = $1`;

const OLDER = 'select 1 from firebreak.replica where event_schema < $1 and left_at is null';

export async function openStateView(scene: Scene): Promise<StateView> {
  const client = new pg.Client({ connectionString: scene.stateUrl ?? '' });
  client.on('error', () => undefined);
  await client.connect();

  async function wait<T>(what: string, look: () => Promise<T | undefined>, patienceMs = PATIENCE_MS) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`It did not come to pass in ${patienceMs / 1000} s: ${what}`);
      await delay(LOOK_MS);
    }
  }

  const entries = async () => (await client.query<Entry>(ENTRIES, [INCIDENT])).rows;
  const holder = async () => {
    const { rows } = await client.query<{ name: string }>(HOLDER, [INCIDENT]);
    return /^firebreak (\S+) locks$/.exec(rows[0]?.name ?? '')?.[1] ?? null;
  };
  return {
    entries,
    holder,
    entry: (type, step) =>
      wait(`${type} of ${step}`, async () =>
        (await entries()).find((entry) => entry.type === type && entry.step === step),
      ),
    heldByOther: (instances, patienceMs) =>
      wait(
        'another replica holds the incident',
        async () => {
          const found = await holder();
          return found === null || instances.includes(found) ? undefined : found;
        },
        patienceMs,
      ),
    onlySchema: (schema, patienceMs) =>
      wait(
        `only replicas of schema ${schema}`,
        async () => {
          const { rows } = await client.query(OLDER, [schema]);
          return rows.length === 0 ? true : undefined;
        },
        patienceMs,
      ),
    async endLockSession(instance) {
      await client.query(END, [`firebreak ${instance} locks`]);
    },
    [Symbol.asyncDispose]: async () => client.end(),
  };
}
