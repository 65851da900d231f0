import type { Actor } from '../domain/actor.ts';
import type { Alert } from '../domain/alert.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { IncidentRow, Settlement, State } from '../ports/state.ts';
import type { Ledger } from './ledger.ts';

export interface Opening {
  readonly database: string;
  readonly service: string | null;
  readonly runbook: Runbook;
  readonly by: Actor;
  readonly alert: Alert | null;
}

/** One open incident per database: everything that alerts on it belongs together. */
export function dedupeKeyOf(database: string): string {
  return `database:${database}`;
}

/** Opens an incident and starts its run; null when one is open already. */
export async function openIncident(
  state: State,
  ledger: Ledger,
  opening: Opening,
  settle?: (incidentId: string) => readonly Settlement[],
): Promise<string | null> {
  const id = await state.incidents.nextId();
  const title = opening.alert?.annotations.summary ?? opening.alert?.name ?? opening.runbook.title;
  const row: IncidentRow = {
    id,
    dedupeKey: dedupeKeyOf(opening.database),
    database: opening.database,
    title,
    status: 'open',
  };
  const events: DomainEvent[] = [
    {
      type: 'incident.opened',
      title,
      database: opening.database,
      service: opening.service,
      severity: opening.alert?.labels.severity ?? 'unknown',
      dedupeKey: row.dedupeKey,
      by: opening.by,
      alert: opening.alert,
    },
    { type: 'run.started', run: 1, runbook: opening.runbook, by: opening.by },
  ];
  return (await ledger.open(row, events, settle?.(id))) ? id : null;
}
