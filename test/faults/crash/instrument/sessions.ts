import pg from 'pg';
import { nameConnection, nameStatement } from './statements.ts';
import { crossing, wrap } from './wrap.ts';

/** What the statements of an open transaction have written, by session. */
const transactions = new WeakMap<object, string[]>();

wrap(pg.Client.prototype, 'query', (self, given, go) => {
  const statement = read(given);
  if (!(self instanceof pg.Client) || statement === null) return go(...given);
  const named = nameStatement(sessionOf(self), statement, transactions.get(self) ?? null);
  if (named.transaction === null) transactions.delete(self);
  else transactions.set(self, named.transaction);
  return named.name === null ? go(...given) : crossing(named.name, given, go);
});

wrap(pg.Client.prototype, 'connect', (self, given, go) =>
  self instanceof pg.Client ? crossing(nameConnection(sessionOf(self)), given, go) : go(...given),
);

function sessionOf(client: pg.Client): { user: string; application: string } {
  const parameters: unknown = Reflect.get(client, 'connectionParameters');
  const application: unknown =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, 'application_name') : '';
  return { user: client.user ?? '', application: typeof application === 'string' ? application : '' };
}

/** Text and values in each of the forms in which pg takes them; null for a cursor and the like. */
function read([first, second]: unknown[]): { text: string; values: readonly unknown[] } | null {
  const values = (given: unknown) => (Array.isArray(given) ? (given as unknown[]) : []);
  if (typeof first === 'string') return { text: first.trim(), values: values(second) };
  if (typeof first !== 'object' || first === null || !('text' in first)) return null;
  const own: unknown = Reflect.get(first, 'values');
  return { text: String(first.text).trim(), values: values(own ?? second) };
}
