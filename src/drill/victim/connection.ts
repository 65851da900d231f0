import pg from 'pg';
import type { Passwords, RoleName } from './roles.ts';

/** The same server as in `url`, with another database, and another user when given. */
export function urlFor(
  url: string,
  database: string,
  user?: { name: RoleName; passwords: Passwords },
): string {
  const result = new URL(url);
  result.pathname = `/${encodeURIComponent(database)}`;
  if (user) {
    result.username = user.name;
    result.password = user.passwords[user.name];
  }
  return result.toString();
}

/** Opens a session for one piece of work and closes it afterwards. */
export async function withSession<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firebreak-drill',
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks between two calls is reported by the next call; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Host and port of a connection URL. */
export function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 5432) };
}
