import pg from 'pg';
import { fromPodAddress } from '../../../src/drill/pods/pod-socket.ts';

/**
 * A batch job with three endless queries. They read lines that come now and then from a program, a wait that PostgreSQL
 * gives no name to: by pg_stat_activity each of them works on a CPU all the time, and yet it takes none, so that many
 * such jobs can share a machine. The first one takes no notice of a cancel and says so in the server's log; only a
 * terminate ends it.
 */
const ENDLESS = "copy pg_temp.sink from program 'while sleep 0.2; do echo 1; done'";
const STUBBORN = `do $$ begin
  loop
    begin
      ${ENDLESS};
    exception when query_canceled then
      raise log 'a cancel was ignored';
    end;
  end loop;
end $$`;

/** Other addresses than 127.0.0.1 belong to a pod on Linux only. */
const address = process.platform === 'linux' ? process.env.POD_IP : undefined;

async function run(statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env.DATABASE_URL,
    application_name: 'batch',
    ...fromPodAddress(address),
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create temporary table sink (line text)');
  await client.query(statement);
}

const results = await Promise.allSettled([STUBBORN, ENDLESS, ENDLESS].map(run));
process.exit(results.some(({ status }) => status === 'rejected') ? 1 : 0);
