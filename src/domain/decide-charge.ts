import type { Charge } from './charge.ts';
import type { Command } from './command.ts';
import { accept, type Decided, refuse } from './refuse.ts';
import { ago, isSame } from './told.ts';

export type ChargeCommand = Extract<Command, { type: 'take-charge' | 'hand-over' | 'add-responders' }>;

/** What may follow from a command about charge in an open incident. */
export function decideCharge(charge: Charge, command: ChargeCommand, now: Date): Decided {
  switch (command.type) {
    case 'take-charge':
      return take(charge, command, now);
    case 'hand-over':
      return handOver(charge, command);
    case 'add-responders':
      return addResponders(charge, command);
  }
}

function take({ lead }: Charge, { by, from, click }: TakeCharge, now: Date): Decided {
  if (lead !== null && isSame(lead.who, by)) return refuse('not-possible', 'You are in charge already.');
  if ((lead?.who.id ?? null) !== from) {
    const who = lead === null ? 'Nobody is' : `${lead.who.name} is`;
    const since = lead === null ? '' : `, since ${ago(lead.since, now)}`;
    return refuse(
      'stale-card',
      `${who} in charge now${since}. Nothing was changed: look at the incident first.`,
    );
  }
  return accept({ type: 'charge.taken', by, ...(lead === null ? {} : { from: lead.who }), ...named(click) });
}

function handOver({ lead }: Charge, { by, to, click }: HandOver): Decided {
  if (lead === null) return refuse('not-possible', 'Nobody is in charge yet. Take charge first.');
  if (!isSame(lead.who, by)) {
    return refuse('not-possible', `${lead.who.name} is in charge. Take over before you hand over.`);
  }
  if (isSame(by, to)) return refuse('not-possible', 'You are in charge already. Choose somebody else.');
  return accept({ type: 'charge.handed-over', by, to, ...named(click) });
}

function addResponders({ lead, responders }: Charge, { by, who, click }: AddResponders): Decided {
  const present = [...(lead === null ? [] : [lead.who]), ...responders];
  const added = who.filter(
    (one, index) =>
      !present.some((other) => isSame(one, other)) && who.findIndex((other) => isSame(one, other)) === index,
  );
  if (added.length === 0) return refuse('not-possible', 'They are on this incident already.');
  return accept({ type: 'responder.added', by, who: added, ...named(click) });
}

type TakeCharge = Extract<ChargeCommand, { type: 'take-charge' }>;
type HandOver = Extract<ChargeCommand, { type: 'hand-over' }>;
type AddResponders = Extract<ChargeCommand, { type: 'add-responders' }>;

function named(click: string | undefined): { click?: string } {
  return click === undefined ? {} : { click };
}
