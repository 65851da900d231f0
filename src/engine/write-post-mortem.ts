import { describeError } from '../domain/errors.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Factor, Measured } from '../domain/post-mortem.ts';
import type { Impact } from '../ports/impact.ts';
import { measureImpact } from './measure-impact.ts';

/** What a post-mortem asks the world for. */
export interface RecordSources {
  readonly impact: Impact;
  /** What the audits of a database find now, and what they could not look at. Throws FirebreakError. */
  readonly factors: (
    database: string,
    signal: AbortSignal,
  ) => Promise<{ readonly factors: readonly Factor[]; readonly unaudited: readonly string[] }>;
}

/** Measures what the document tells beside the journal. Throws nothing: what was not measured says so. */
export async function measureForPostMortem(
  sources: RecordSources | null,
  incident: Incident,
  now: Date,
  signal: AbortSignal,
): Promise<Measured> {
  const window = { from: incident.openedAt, to: incident.closedAt ?? now.toISOString() };
  const [impact, audited] = await Promise.all([
    measureImpact(sources?.impact.questions(incident.database) ?? [], window, signal),
    audit(sources?.factors ?? null, incident.database, signal),
  ]);
  return { impact, ...audited };
}

async function audit(
  factors: RecordSources['factors'] | null,
  database: string,
  signal: AbortSignal,
): Promise<Pick<Measured, 'factors' | 'unaudited'>> {
  if (factors === null) return { factors: null, unaudited: ['The audits were not asked.'] };
  try {
    const found = await factors(database, signal);
    return { factors: [...found.factors], unaudited: [...found.unaudited] };
  } catch (error) {
    return { factors: null, unaudited: [`The audits could not look: ${describeError(error).message}`] };
  }
}

/** What is journaled when the version is still to be written: nothing when another process was first. */
export function writtenEvents(incident: Incident, number: number, measured: Measured): DomainEvent[] {
  const open = incident.postMortems.some((one) => one.number === number && one.written === null);
  return open ? [{ type: 'postmortem.written', number, measured }] : [];
}
