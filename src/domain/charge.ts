import type { Person } from './actor.ts';
import type { EventOf } from './event.ts';

/** Something about charge that somebody has to be told. */
export interface ChargeNote {
  readonly kind: 'took-over' | 'handed-over' | 'asked';
  readonly by: Person;
  /** Whom it concerns: who had charge, who has it now, or who is asked to help. */
  readonly to: readonly Person[];
  /** ISO 8601. */
  readonly at: string;
}

/** Who looks after an incident. It permits nothing: who may decide is another question. */
export interface Charge {
  /** Who is in charge, and since when (ISO 8601); null when nobody is. */
  readonly lead: { readonly who: Person; readonly since: string } | null;
  /** Who else is on it, in the order in which they came. */
  readonly responders: readonly Person[];
  /** What people were told of it, oldest first. */
  readonly chargeNotes: readonly ChargeNote[];
}

export const nobodyInCharge: Charge = { lead: null, responders: [], chargeNotes: [] };

export type ChargeEvent = EventOf<'charge.taken' | 'charge.handed-over' | 'responder.added'>;

/** Who looks after the incident afterwards. Whoever was in charge before stays on it. */
export function foldCharge(charge: Charge, event: ChargeEvent, at: string): Charge {
  switch (event.type) {
    case 'charge.taken': {
      const { by, from } = event;
      const note: ChargeNote[] = from === undefined ? [] : [{ kind: 'took-over', by, to: [from], at }];
      return { ...lead(charge, by, at), chargeNotes: [...charge.chargeNotes, ...note] };
    }
    case 'charge.handed-over': {
      const { by, to } = event;
      const note = { kind: 'handed-over', by, to: [to], at } as const;
      return { ...lead(charge, to, at), chargeNotes: [...charge.chargeNotes, note] };
    }
    case 'responder.added': {
      const { by, who } = event;
      const others = who.filter((one) => by.id !== one.id);
      const note: ChargeNote[] = others.length === 0 ? [] : [{ kind: 'asked', by, to: others, at }];
      return {
        ...charge,
        responders: [...charge.responders, ...who],
        chargeNotes: [...charge.chargeNotes, ...note],
      };
    }
  }
}

function lead(charge: Charge, who: Person, since: string): Charge {
  const before = charge.lead === null ? [] : [charge.lead.who];
  const responders = [...charge.responders, ...before].filter((other) => other.id !== who.id);
  return { ...charge, lead: { who, since }, responders };
}
