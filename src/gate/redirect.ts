import type { PsqlCommand } from './psql-command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with which a job reaches the replica, or why it would not. */
export type Redirect =
  | { readonly status: 'redirected'; readonly environment: Environment }
  | { readonly status: 'impossible'; readonly why: string };

/**
 * Sends a job to a replica by the variables of libpq. Whatever goes before them would leave the job on the primary, so
 * where one of those is seen nothing is started.
 * @param psql null for another program, of which the gate knows only its environment.
 */
export function redirect(
  environment: Environment,
  replica: { readonly host: string; readonly port: number } | null,
  psql: PsqlCommand | null,
): Redirect {
  const why = obstacle(environment, psql);
  if (replica === null)
    return { status: 'impossible', why: 'no replica is configured; name one with --replica host:port' };
  if (why !== null) return { status: 'impossible', why };
  const { PGHOSTADDR: _address, ...others } = environment;
  return {
    status: 'redirected',
    environment: {
      ...others,
      PGHOST: replica.host,
      PGPORT: String(replica.port),
      // `read-write` would refuse a replica.
      PGTARGETSESSIONATTRS: 'any',
    },
  };
}

function obstacle({ PGSERVICE, PGHOST }: Environment, psql: PsqlCommand | null): string | null {
  if (PGSERVICE !== undefined && PGSERVICE !== '') return 'PGSERVICE says where it connects to';
  if (psql?.hasAddress === true)
    return 'its own arguments say where it connects to: take host and port out and set PGHOST and PGPORT';
  if (psql === null && (PGHOST === undefined || PGHOST === ''))
    return 'it does not get its server from PGHOST, so that the gate cannot change it';
  return null;
}
