import type { Evidence } from '../domain/cause.ts';
import type { Pooler, PoolServer } from '../domain/pooler.ts';
import type { Behind, Session, Snapshot } from '../domain/snapshot.ts';

/** Whose address it is when a session is attributed. */
export interface Origin {
  /** Address of the client, or null when nothing says it. */
  readonly address: string | null;
  /** What the address proves at most: a link that held for the transaction proves it, a name only says it. */
  readonly most: Evidence['strength'];
  /** How the address was found, or null when it is the session's own. */
  readonly how: string | null;
}

type Seen = Pick<Session, 'clientAddress' | 'applicationName' | 'behind'>;

/** PgBouncer shows its times in whole seconds, and the two readings are a moment apart; seconds. */
const BLUR = 2;
/** What PgBouncer's application_name_add_host appends: the address and port of the client. */
const ADDED_HOST = / - ([0-9a-fA-F.:]+):\d+$/;

/** The name that a program gave itself; what PgBouncer appends differs from connection to connection. */
export function withoutHost(applicationName: string): string {
  return applicationName.replace(ADDED_HOST, '');
}

/**
 * Marks the sessions that are server connections of a PgBouncer, with the client for whom each works. The link was
 * read after the session: when its last request is as old as the session's state, it held for that very transaction.
 * A signal names the transaction too, so what is ended later is what was attributed.
 */
export function behindPoolers(snapshot: Snapshot, poolers: readonly Pooler[]): Snapshot {
  if (poolers.length === 0) return snapshot;
  const ports = new Map(snapshot.backends.map(({ pid, clientPort }) => [pid, clientPort]));
  const owned = new Map(
    poolers.flatMap(({ name, servers }) =>
      servers.flatMap((server) =>
        server.remotePid === null ? [] : [[server.remotePid, { name, server }] as const],
      ),
    ),
  );
  const addresses = new Map<string, string>();
  for (const { pid, clientAddress, clientPort } of snapshot.backends) {
    const owner = owned.get(pid);
    if (owner !== undefined && clientAddress !== null && owner.server.localPort === clientPort)
      addresses.set(clientAddress, owner.name);
  }
  return {
    ...snapshot,
    sessions: snapshot.sessions.map((session) => {
      const owner = owned.get(session.pid);
      if (owner === undefined || owner.server.user !== session.user) {
        return { ...session, behind: atAddress(session.clientAddress, addresses) };
      }
      const samePort = owner.server.localPort === (ports.get(session.pid) ?? session.clientPort);
      return { ...session, behind: linked(owner.name, owner.server, session, samePort) };
    }),
    groups: snapshot.groups.map((group) => ({ ...group, behind: atAddress(group.clientAddress, addresses) })),
  };
}

function atAddress(address: string | null, addresses: ReadonlyMap<string, string>): Behind | null {
  const pooler = address === null ? undefined : addresses.get(address);
  return pooler === undefined ? null : { pooler, client: null, exact: false };
}

function linked(pooler: string, server: PoolServer, session: Session, samePort: boolean): Behind {
  const inState = session.stateSeconds ?? 0;
  const held = server.requestSeconds !== null && server.requestSeconds >= inState - BLUR;
  const client = held ? server.client : null;
  return { pooler, client, exact: client !== null && samePort && inState >= BLUR };
}

/** From where the client of a session comes, through PgBouncer if it is behind one. */
export function originOf({ clientAddress, applicationName, behind }: Seen): Origin {
  if (behind?.client != null) return throughLink(clientAddress, behind, behind.client.address);
  const named = ADDED_HOST.exec(applicationName)?.[1];
  if (named !== undefined) {
    return {
      address: named,
      most: 'medium',
      how: `Its application_name ends with the client address ${named}, as PgBouncer's application_name_add_host writes it.`,
    };
  }
  if (behind === null) return { address: clientAddress, most: 'strong', how: null };
  return {
    address: null,
    most: 'weak',
    how: `${clientAddress ?? 'A local socket'} is the address of PgBouncer ${behind.pooler}, which links it to no client at this moment.`,
  };
}

function throughLink(own: string | null, behind: Behind, client: string): Origin {
  // A PgBouncer beside its client, such as a sidecar: both have the address of their pod.
  const beside = /^(?:127\.0\.0\.1|::1|unix)$/.test(client) && own !== null && own !== client;
  const how = `It comes through PgBouncer ${behind.pooler}, whose SHOW SERVERS links it to a client at ${client}${
    beside ? ' on its own host' : ''
  }${behind.exact ? '' : '; the ports do not prove it'}.`;
  return { address: beside ? own : client, most: behind.exact ? 'strong' : 'medium', how };
}

/** The same evidence, none of it stronger than this. */
export function atMost(evidence: readonly Evidence[], most: Evidence['strength']): Evidence[] {
  const order: Evidence['strength'][] = ['weak', 'medium', 'strong'];
  return evidence.map((item) =>
    order.indexOf(item.strength) <= order.indexOf(most) ? item : { ...item, strength: most },
  );
}
