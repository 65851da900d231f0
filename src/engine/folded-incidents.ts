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

interface Fold {
  readonly incident: Incident;
  /** Hash of its last entry, and so of everything before it. */
  readonly hash: string;
  readonly at: number;
}

/**
 * Keeps the folds of the open incidents that were read last, so that an incident with thousands of alerts is not read as a
 * whole for each further one. A fold is right for as long as its last entry is in the journal, which is looked at each
 * time: a state that failed over or was restored may have lost it. A closed incident is read anew, because retention may
 * remove its content.
 */
export function createFoldedIncidents(journal: Pick<Journal, 'readAll'>): FoldedIncidents {
  const folds = new Map<string, Fold>();

  function knownOf(incidentId: string): Fold | undefined {
    const fold = folds.get(incidentId);
    return fold !== undefined && performance.now() - fold.at < KEPT_MS ? fold : undefined;
  }

  function keep(incident: Incident, hash: string): void {
    const known = knownOf(incident.id);
    folds.delete(incident.id);
    if (incident.status === 'closed') return;
    // Two reads may end in another order than they began.
    const isNewer = known === undefined || known.incident.version <= incident.version;
    folds.set(incident.id, isNewer ? { incident, hash, at: performance.now() } : known);
    const oldest = folds.keys().next();
    if (folds.size > MOST_KEPT && oldest.done !== true) folds.delete(oldest.value);
  }

  async function read(streams: readonly { readonly stream: string; readonly after: number }[]) {
    return Map.groupBy(await journal.readAll(streams), ({ stream }) => stream);
  }

  async function loadAll(ids: readonly string[]): Promise<ReadonlyMap<string, Incident>> {
    const known = new Map(ids.map((id) => [id, knownOf(id)]));
    const lastKnown = ids.map((stream) => ({
      stream,
      after: (known.get(stream)?.incident.version ?? 1) - 1,
    }));
    const events = await read(lastKnown);
    const lost = ids.filter(
      (id) => known.get(id) !== undefined && events.get(id)?.[0]?.hash !== known.get(id)?.hash,
    );
    for (const id of lost) {
      known.delete(id);
      folds.delete(id);
      events.delete(id);
    }
    if (lost.length > 0) {
      const anew = await read(lost.map((stream) => ({ stream, after: 0 })));
      for (const [id, all] of anew) events.set(id, all);
    }
    const found = new Map<string, Incident>();
    for (const [id, own] of events) {
      const before = known.get(id)?.incident;
      const incident = before === undefined ? foldIncident(id, own) : foldOn(before, own.slice(1));
      keep(incident, own.at(-1)?.hash ?? '');
      found.set(id, incident);
    }
    return found;
  }

  return {
    load: async (incidentId) => (await loadAll([incidentId])).get(incidentId) ?? null,
    loadAll,
  };
}
