import { foldIncident, foldOn, type Incident } from '../domain/incident.ts';
import type { Journal } from '../ports/state.ts';

/** Incidents whose fold is kept, and how long after it was read last. */
const MOST_KEPT = 500;
const KEPT_MS = 600_000;

/** Reads incidents: from the journal only what was appended since this process read the same one last. */
export interface FoldedIncidents {
  /** The fold of all that is in the journal now; null when there is no such stream. */
  load(incidentId: string): Promise<Incident | null>;
  /** The same for several, by id; without those that are not there. */
  loadAll(incidentIds: readonly string[]): Promise<ReadonlyMap<string, Incident>>;
}

/**
 * Keeps the folds of the open incidents that were read last. An entry of the journal never changes, so a fold stays right
 * for its version, and an incident with thousands of alerts is not read as a whole for each further one. A closed one is
 * read anew, because retention may remove its content.
 */
export function createFoldedIncidents(journal: Pick<Journal, 'readAll'>): FoldedIncidents {
  const folds = new Map<string, { readonly incident: Incident; readonly at: number }>();

  function knownOf(incidentId: string): Incident | undefined {
    const fold = folds.get(incidentId);
    return fold !== undefined && performance.now() - fold.at < KEPT_MS ? fold.incident : undefined;
  }

  function keep(incident: Incident): void {
    const known = knownOf(incident.id);
    folds.delete(incident.id);
    if (incident.status === 'closed') return;
    // Two reads may end in another order than they began.
    const newest = known !== undefined && known.version > incident.version ? known : incident;
    folds.set(incident.id, { incident: newest, at: performance.now() });
    const oldest = folds.keys().next();
    if (folds.size > MOST_KEPT && oldest.done !== true) folds.delete(oldest.value);
  }

  async function loadAll(ids: readonly string[]): Promise<ReadonlyMap<string, Incident>> {
    const known = new Map(ids.map((id) => [id, knownOf(id)]));
    const wanted = ids.map((stream) => ({ stream, after: known.get(stream)?.version ?? 0 }));
    const events = Map.groupBy(await journal.readAll(wanted), ({ stream }) => stream);
    const found = new Map<string, Incident>();
    for (const [id, before] of known) {
      const news = events.get(id) ?? [];
      if (before === undefined && news.length === 0) continue;
      const incident = before === undefined ? foldIncident(id, news) : foldOn(before, news);
      keep(incident);
      found.set(id, incident);
    }
    return found;
  }

  return {
    load: async (incidentId) => (await loadAll([incidentId])).get(incidentId) ?? null,
    loadAll,
  };
}
