import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import pg from 'pg';
import { fromPodAddress } from '../../../src/drill/pods/pod-socket.ts';

/**
 * A batch job with three endless queries that want a CPU each. The first one takes no notice of a cancel and says so in
 * the server's log; only a terminate ends it.
 */
const BURN = 'select count(*) from (select generate_series(1, 1000000000000)) as burn';
const STUBBORN = `do $$ begin
  loop
    begin
      perform count(*) from (select generate_series(1, 1000000000000)) as burn;
    exception when query_canceled then
      raise log 'a cancel was ignored';
    end;
  end loop;
end $$`;

/** Other addresses than 127.0.0.1 belong to a pod on Linux only. */
const address = process.platform === 'linux' ? process.env.POD_IP : undefined;

async function burn(statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env.DATABASE_URL,
    application_name: 'batch',
    ...fromPodAddress(address),
  });
  client.on('error', () => undefined);
  await client.connect();
  await stepAside(client);
  await client.query(statement);
}

/** Lets the backend take only what nobody else wants of the CPU, so that several such jobs can share a machine. */
async function stepAside(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
    // Where Linux shares the CPU among sessions (autogroup), the priority of a process counts only within its own.
    if (existsSync(`/proc/${pid}/autogroup`)) writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // The backend belongs to another account.
  }
}

const results = await Promise.allSettled([STUBBORN, BURN, BURN].map(burn));
process.exit(results.some(({ status }) => status === 'rejected') ? 1 : 0);
