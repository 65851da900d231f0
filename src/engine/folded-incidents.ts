import { foldIncident, foldOn, type Incident } from '../domain/incident.ts';
import type { Journal } from '../ports/state.ts';

/** Incidents whose fold is kept. */
const MOST_KEPT = 500;

/** Reads incidents: from the journal only what was appended since this process read the same one last. */
export interface FoldedIncidents {
  /** The fold of all that is in the journal now; null when there is no such stream. */
  load(incidentId: string): Promise<Incident | null>;
}

/**
 * Keeps the folds of the open incidents that were read last. An entry of the journal never changes, so a fold stays right
 * for its version, and an incident with thousands of alerts is not read as a whole for each further one. A closed one is
 * read anew, because retention may remove its content.
 */
export function createFoldedIncidents(journal: Pick<Journal, 'read'>): FoldedIncidents {
  const folds = new Map<string, Incident>();

  function keep(incident: Incident): void {
    const known = folds.get(incident.id);
    folds.delete(incident.id);
    if (incident.status === 'closed') return;
    // Two reads may end in another order than they began.
    folds.set(incident.id, known !== undefined && known.version > incident.version ? known : incident);
    const oldest = folds.keys().next();
    if (folds.size > MOST_KEPT && oldest.done !== true) folds.delete(oldest.value);
  }

  return {
    async load(incidentId) {
      const known = folds.get(incidentId);
      const events = await journal.read(incidentId, known?.version ?? 0);
      if (known === undefined && events.length === 0) return null;
      const incident = known === undefined ? foldIncident(incidentId, events) : foldOn(known, events);
      keep(incident);
      return incident;
    },
  };
}
