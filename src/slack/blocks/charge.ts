import type { types } from '@slack/bolt';
import type { Person } from '../../domain/actor.ts';
import type { Charge, ChargeNote } from '../../domain/charge.ts';
import type { Incident } from '../../domain/incident.ts';
import { actionIds } from './action-ids.ts';
import { button, dialog } from './buttons.ts';
import { clip } from './clip.ts';
import { bold, type Inline, line, type Part, richText, text, time, who } from './rich-text.ts';

const MOST_NAMED = 6;

/** Who looks after the incident, in one line of the parent. */
export function chargeLine({ lead, responders }: Charge): Part {
  const named: Inline[] =
    lead === null ? [text('nobody yet')] : [who(lead.who), text(' since '), time(lead.since)];
  const others = responders.length === 0 ? [] : [text(' · with '), ...people(responders)];
  return line(bold('In charge: '), ...named, ...others);
}

function people(all: readonly Person[]): Inline[] {
  const shown = all.slice(0, MOST_NAMED);
  const left = all.length - shown.length;
  return [
    ...shown.flatMap((one, index): Inline[] => (index === 0 ? [who(one)] : [text(', '), who(one)])),
    ...(left > 0 ? [text(` and ${left} more`)] : []),
  ];
}

/** What people can press about it. Taking over asks, and says from whom. */
export function chargeButtons({ id, lead }: Pick<Incident, 'id' | 'lead'>): types.Button[] {
  const value = { i: id, s: '', a: 0, h: null, t: null, w: lead?.who.id ?? null };
  const add = button({ id: actionIds.respondersAdd, text: 'Add responders…', value });
  if (lead === null) return [button({ id: actionIds.chargeTake, text: 'Take charge', value }), add];
  const from = clip(lead.who.name, 80);
  const confirm = dialog(
    'Take over?',
    `${from} is in charge now, and is told in the thread. What is under way goes on.`,
    'Take over',
    'primary',
  );
  return [
    button({ id: actionIds.chargeHandOver, text: 'Hand over…', value }),
    add,
    button({ id: actionIds.chargeTake, text: 'Take over', value, confirm }),
  ];
}

const WORDS: Readonly<Record<ChargeNote['kind'], string>> = {
  'took-over': 'took over from',
  'handed-over': 'handed the incident over to',
  asked: 'asks for help:',
};

/** The message of the thread that tells whom it concerns: the mention notifies them. Pure. */
export function chargeNoteBlocks({ kind, by, to, at }: ChargeNote): types.KnownBlock[] {
  return richText(line(text('🧭 '), who(by), text(` ${WORDS[kind]} `), ...people(to), text(' · '), time(at)));
}

/** The same for notifications and screen readers. */
export function chargeNoteText({ kind, by, to }: ChargeNote): string {
  return `${by.name} ${WORDS[kind]} ${to.map(({ name }) => name).join(', ')}`;
}
