import type { Actor } from '../domain/actor.ts';
import type { Alert } from '../domain/alert.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Purpose, Runbook } from '../domain/runbook.ts';
import type { IncidentRow, State } from '../ports/state.ts';
import type { Ledger } from './ledger.ts';

export interface Opening {
  readonly database: string;
  readonly service: string | null;
  readonly runbook: Runbook;
  readonly by: Actor;
  readonly alert: Alert | null;
  /** Id of the Slack channel that a route says. */
  readonly channel?: string | null;
}

/**
 * One open incident per database: everything that alerts on it belongs together. A prevention run beside it has a key of
 * its own, so that no alert is attached to it.
 */
export function dedupeKeyOf(database: string, purpose: Purpose = 'incident'): string {
  return `${purpose === 'prevention' ? 'prevention' : 'database'}:${database}`;
}

/** The row and the first events of an incident. */
export function openingOf(id: string, opening: Opening): { row: IncidentRow; events: DomainEvent[] } {
  const { database, service, runbook, by, alert } = opening;
  const channel = opening.channel ?? null;
  const said = channel === null ? {} : { channel };
  const title = alert?.annotations.summary ?? alert?.name ?? runbook.title;
  const { purpose } = runbook;
  const dedupeKey = dedupeKeyOf(database, purpose);
  const severity = alert?.labels.severity ?? 'unknown';
  const meant = purpose === 'incident' ? {} : { purpose };
  return {
    row: { id, dedupeKey, database, title, status: 'open' },
    events: [
      {
        type: 'incident.opened',
        title,
        database,
        service,
        severity,
        dedupeKey,
        by,
        alert,
        ...said,
        ...meant,
      },
      { type: 'run.started', run: 1, runbook, by },
    ],
  };
}

/** Opens an incident, or a prevention run, and starts its run; null when one is open already. */
export async function openIncident(state: State, ledger: Ledger, opening: Opening): Promise<string | null> {
  const [id] = await state.incidents.nextIds(1, opening.runbook.purpose);
  if (id === undefined) return null;
  const { row, events } = openingOf(id, opening);
  return (await ledger.open(row, events)) ? id : null;
}
