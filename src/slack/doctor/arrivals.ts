import type { SlackArrivals } from '../../domain/access.ts';

/** Keeps when something from Slack arrived last, by kind: what arrives proves that it can. */
export interface Arrivals {
  /** Takes the body of whatever Slack sent. */
  note(body: object): void;
  read(): SlackArrivals;
}

export function createArrivals(now: () => Date): Arrivals {
  const last: Record<keyof SlackArrivals, string | null> = { click: null, command: null, event: null };
  return {
    note(body) {
      const kind = kindOf(body);
      if (kind !== null) last[kind] = now().toISOString();
    },
    read: () => ({ ...last }),
  };
}

/** By the types of payload (docs.slack.dev/reference/interaction-payloads). */
function kindOf(body: object): keyof SlackArrivals | null {
  if ('command' in body) return 'command';
  if (!('type' in body)) return null;
  if (body.type === 'block_actions') return 'click';
  return body.type === 'event_callback' ? 'event' : null;
}
