import type { Actor } from '../domain/actor.ts';
import type { Incident } from '../domain/incident.ts';
import { isSame } from '../domain/told.ts';

/** The people who decided that a step shall run, each once, in the order of their first decision. */
export function decidedBy(incident: Incident): Actor[] {
  const deciders = incident.runs.flatMap(({ attempts }) =>
    attempts.flatMap(({ approval, decision }) =>
      decision === null ? [] : [...(approval === null ? [] : [approval.by]), decision.by],
    ),
  );
  return deciders.filter(
    (by, index) => by.kind === 'person' && deciders.findIndex((other) => isSame(by, other)) === index,
  );
}
