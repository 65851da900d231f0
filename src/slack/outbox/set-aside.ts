import type { FirebreakError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DesiredMessage } from './messages-of.ts';

/** After so many refusals of the same content a message is set aside. */
export const MOST_REFUSALS = 3;
/** Milliseconds after which a refusal is forgotten: the message is tried anew when its thread is drawn next. */
const FORGET_MS = 600_000;

/**
 * Messages that Slack refuses for what they are, so that one of them does not silence the rest of its thread. In memory
 * only: after a restart they are tried anew, and so is one whose content has changed.
 */
export interface SetAside {
  /** Slack refused it; answers how often by now. */
  refused(incidentId: string, message: DesiredMessage, fault: FirebreakError): number;
  /** Slack took it. */
  taken(incidentId: string, message: DesiredMessage): void;
  has(incidentId: string, message: DesiredMessage): boolean;
  /** Why each of those that were refused again and again was. */
  list(): FirebreakError[];
}

interface Refusal {
  readonly contentHash: string;
  readonly times: number;
  readonly fault: FirebreakError;
  /** Milliseconds of steady time. */
  readonly at: number;
}

export function createSetAside(clock: Pick<Clock, 'steady'>): SetAside {
  const refusals = new Map<string, Refusal>();
  const nameOf = (incidentId: string, { key }: DesiredMessage): string => `${incidentId} ${key}`;
  const isAside = ({ times }: Refusal): boolean => times >= MOST_REFUSALS;

  function forgetOld(): void {
    const now = clock.steady();
    for (const [name, { at }] of refusals) if (now - at > FORGET_MS) refusals.delete(name);
  }

  return {
    refused(incidentId, message, fault) {
      const name = nameOf(incidentId, message);
      const { contentHash } = message;
      const before = refusals.get(name);
      const times = before?.contentHash === contentHash ? before.times + 1 : 1;
      refusals.set(name, { contentHash, times, fault, at: clock.steady() });
      return times;
    },
    taken: (incidentId, message) => void refusals.delete(nameOf(incidentId, message)),
    has(incidentId, message) {
      forgetOld();
      const refusal = refusals.get(nameOf(incidentId, message));
      return refusal?.contentHash === message.contentHash && isAside(refusal);
    },
    list() {
      forgetOld();
      return [...refusals.values()].filter(isAside).map(({ fault }) => fault);
    },
  };
}
