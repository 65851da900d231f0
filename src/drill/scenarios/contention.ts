import pg from 'pg';
import type { Scenario } from '../scenario.ts';

/** How long the burst of small commits goes on by itself, seconds: long enough to be diagnosed, short enough to wait for. */
const BURST = 40;

const QUEUE = `select count(*)::int as queueing from pg_stat_activity
  where backend_type = 'client backend' and state = 'active'
    and (wait_event_type = 'LWLock' or wait_event in ('WALSync', 'WalSync', 'WALWrite', 'WalWrite'))`;

/** A service commits each of very many small changes by itself: its sessions queue for the log, and no query is long. */
export const scenario: Scenario = {
  id: 'contention',
  title: 'Very many small commits of a service queue for the write-ahead log',
  alert: 'ConnectionPoolExhausted',
  needs: {
    settings: { fsync: true, synchronous_commit: 'on', commit_delay: 2000, commit_siblings: 5 },
    holdsMs: 1_000,
  },
  expected: ({ names }) => ({
    cause: 'contention',
    culprit: `Deployment ${names.services}/${names.other}`,
    actions: [],
    guilty: [],
  }),
  async prepare({ shape: { names }, sql }) {
    const events = pg.escapeIdentifier(`${names.busyTable}_events`);
    await sql(`create table ${events} (n int); grant insert on ${events} to public`);
  },
  async provoke({ shape: { names, size }, deployment }) {
    const events = pg.escapeIdentifier(`${names.busyTable}_events`);
    const end = new Date(Date.now() + BURST * 1000).toISOString();
    await deployment({
      namespace: names.services,
      name: names.other,
      pods: size.pods,
      program: {
        role: names.otherRole,
        application: names.other,
        sessions: size.sessionsPerPod * 2,
        // After its time the division by zero ends the burst of each session, which then stays idle.
        steps: [`insert into ${events} select 1 / (clock_timestamp() < timestamptz '${end}')::int`],
        afterwards: 'repeat',
        onError: 'hold',
        direct: true,
      },
    });
  },
  async symptom({ sql }) {
    const [row] = await sql<{ queueing: number }>(QUEUE);
    const queueing = row?.queueing ?? 0;
    return queueing >= 4 ? `${queueing} sessions queue inside PostgreSQL` : null;
  },
};
