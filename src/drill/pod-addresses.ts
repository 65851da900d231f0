import pg from 'pg';
import { fromPodAddress } from './pods/pod-socket.ts';

/** An address like those of the sandbox's pods. */
const PROBE_ADDRESS = '127.44.255.254';

/**
 * Whether the server takes connections from addresses of pods. A server elsewhere cannot be reached from a loopback
 * address, and one whose pg_hba.conf names 127.0.0.1 only refuses them.
 */
export async function takesPodAddresses(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'drill-probe',
    connectionTimeoutMillis: 3_000,
    ...fromPodAddress(PROBE_ADDRESS),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
