import pg from 'pg';
import { fromPodAddress } from './pod-socket.ts';

const LOCK_TIMEOUT = "set lock_timeout = '500ms'";

/**
 * What makes the replica lag: the report reads its staging table on the replica and leaves that transaction open, then
 * empties the table on the primary. Replay of the TRUNCATE has to wait for the reader (a recovery conflict), and all
 * later WAL waits behind it, until the reader's process ends.
 * @throws pg.DatabaseError when the staging table is locked, because another pod of the same job does this already.
 */
export async function readStagingOnReplica(
  urls: { primary: string; replica: string },
  podIp: string | undefined,
): Promise<void> {
  const reader = await connect(urls.replica, podIp);
  await reader.query(LOCK_TIMEOUT);
  await reader.query('begin');
  await reader.query('select count(*) from report_staging');
  const writer = await connect(urls.primary, podIp);
  await writer.query(LOCK_TIMEOUT);
  await writer.query('truncate report_staging').finally(() => writer.end());
}

async function connect(url: string, podIp: string | undefined): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'report-generator',
    ...fromPodAddress(podIp),
  });
  // The replica ends the reader when its patience (max_standby_streaming_delay) is over; the report goes on without it.
  client.on('error', () => {});
  await client.connect();
  return client;
}
