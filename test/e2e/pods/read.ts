import pg from 'pg';
import { fromPodAddress } from '../../../src/drill/pods/pod-socket.ts';

/** A report: it asks the server that its variables name which one it is, prints that, and ends. */
const address = process.platform === 'linux' ? process.env.POD_IP : undefined;
const { DATABASE_URL: connectionString } = process.env;
const client = new pg.Client({
  ...(connectionString === undefined ? {} : { connectionString }),
  ...fromPodAddress(address),
});
await client.connect();
const { rows } = await client.query<{ server: string }>(
  "select case when pg_is_in_recovery() then 'replica' else 'primary' end || ' as ' || current_user as server",
);
process.stdout.write(`read from the ${rows[0]?.server}\n`);
await client.end();
