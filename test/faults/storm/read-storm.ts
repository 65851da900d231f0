import { withSession } from '../../../src/drill/victim/connection.ts';
import { keyOf } from './alerts.ts';

/** What the state holds of a storm. */
export interface Stored {
  readonly rows: number;
  /** Rows and their repeats: every delivery that came in. */
  readonly deliveries: number;
  readonly unsettled: number;
  /** Settled without a reason. */
  readonly unreasoned: number;
  /** How often each alert is stored. */
  readonly counts: ReadonlyMap<string, number>;
  readonly openIncidents: number;
  /** Databases that had two open incidents at one time, by the journal. */
  readonly doubleIncidents: readonly string[];
  /** Incidents with their parent's timestamp in Slack, null while it is not posted, in the order of their opening. */
  readonly parents: readonly { readonly id: string; readonly ts: string | null }[];
  /** Milliseconds from the storing of an alert to its settlement. */
  readonly settling: readonly number[];
}

interface AlertRow {
  fingerprint: string;
  status: 'firing' | 'resolved';
  startsAt: string;
  repeats: number;
  reason: string | null;
  ms: number | null;
}

const ALERTS = `
  select alert->>'fingerprint' as fingerprint, alert->>'status' as status, alert->>'startsAt' as "startsAt",
    repeats::int as repeats, reason, (extract(epoch from settled_at - received_at) * 1000)::float8 as ms
  from firebreak.alert where alert->>'source' = 'storm' order by ordinal`;
const TURNS = `
  select type, stream, body::jsonb->>'database' as database from firebreak.journal
  where type in ('incident.opened', 'incident.closed') order by position`;
const PARENTS = `
  select incident.id, message.ts from firebreak.incident
  left join firebreak.chat_message as message on message.incident_id = incident.id and message.key = 'parent'
  order by incident.ordinal`;

/** Reads what a storm left, while Firebreak may run. */
export async function readStorm(url: string): Promise<Stored> {
  return withSession(url, async (session) => {
    const alerts = (await session.query<AlertRow>(ALERTS)).rows;
    const turns = (await session.query<{ type: string; stream: string; database: string }>(TURNS)).rows;
    const parents = (await session.query<{ id: string; ts: string | null }>(PARENTS)).rows;
    const counts = new Map<string, number>();
    for (const alert of alerts) counts.set(keyOf(alert), (counts.get(keyOf(alert)) ?? 0) + 1);
    const { open, double } = openAtOnce(turns);
    return {
      rows: alerts.length,
      deliveries: alerts.reduce((sum, { repeats }) => sum + 1 + repeats, 0),
      unsettled: alerts.filter(({ ms }) => ms === null).length,
      unreasoned: alerts.filter(({ ms, reason }) => ms !== null && (reason ?? '') === '').length,
      counts,
      openIncidents: open,
      doubleIncidents: double,
      parents,
      settling: alerts.flatMap(({ ms }) => ms ?? []),
    };
  });
}

function openAtOnce(turns: readonly { type: string; stream: string; database: string }[]) {
  const open = new Map<string, string>();
  const double: string[] = [];
  for (const { type, stream, database } of turns) {
    if (type === 'incident.closed') open.delete(stream);
    else {
      if ([...open.values()].includes(database)) double.push(database);
      open.set(stream, database);
    }
  }
  return { open: open.size, double };
}
