import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { prepareFiller, writeLog } from '../stage/replication-cast.ts';
import type { Stage } from '../stage/stage.ts';

const MUCH_BYTES = 64 * 1024 * 1024;
/** A slot that nobody has read for less than this may belong to a consumer that restarts; seconds. */
const AWAY_SECONDS = 62;
/** The consumer comes back after Firebreak has told whom to call; milliseconds from the beginning. */
const BACK_MS = 105_000;

/** The consumer of a slot is gone. Firebreak tells people, and does nothing: they bring the consumer back. */
export const scenario: Scenario = {
  id: 'replication-slot-retaining',
  title: 'A replication slot that nobody reads keeps the log, until its consumer comes back',
  alert: 'PostgresqlUnusedReplicationSlot',
  needs: { symptomWithinMs: 120_000 },
  expected: ({ names }) => ({
    cause: 'replication-slot-retaining',
    culprit: `application ${names.slot}`,
    actions: [],
    guilty: [],
    stays: [
      { setting: `replication slot ${names.slot}`, why: 'only people drop a slot, and its consumer is back' },
    ],
  }),
  prepare: prepareFiller,
  async provoke(stage) {
    const { slot } = stage.shape.names;
    await stage.sql('select pg_create_physical_replication_slot($1, true)', [slot]);
    await writeLog(stage, 100);
    const back = consumerComesBack(stage, slot);
    back.catch(() => undefined);
  },
  async symptom({ sql, shape: { names } }) {
    const [row] = await sql<{ bytes: number; away: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 as bytes,
         extract(epoch from now() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8 as away
       from pg_replication_slots s where slot_name = $1`,
      [names.slot],
    );
    if (row === undefined || row.bytes < MUCH_BYTES || row.away < AWAY_SECONDS) return null;
    return `the slot keeps ${Math.round(row.bytes / 1024 / 1024)} MB of log`;
  },
};

/** Reads what the slot has kept, as its consumer would. */
async function consumerComesBack({ sql, signal }: Stage, slot: string): Promise<void> {
  await delay(BACK_MS, undefined, { signal });
  await sql('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [slot]);
}
