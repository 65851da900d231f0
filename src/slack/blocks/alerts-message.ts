import { formatCount } from '../../domain/format.ts';
import { matchersText } from '../../domain/matcher.ts';
import type { Silence } from '../../domain/silence.ts';
import { actorName } from '../../domain/told.ts';
import type { HeldBack } from '../../engine/desk-alerts.ts';
import type { StoredAlert } from '../../ports/state.ts';
import { clip } from './clip.ts';
import { bold, bullets, line, type Part, richText, text, time } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

const MOST_LISTED = 8;

/** What opened no incident in the last day, and what is silent now. Pure. */
export function alertsMessage(held: HeldBack, silences: readonly Silence[]): Said {
  const summary = heldBackSentence(held) ?? 'Every alert of the last day opened or joined an incident.';
  const lost = [
    ...held.letters.map(({ id, source, reason }) => `${id} from ${source}: ${reason}`),
    ...held.undecided.map(lineOf),
  ];
  return {
    text: fallbackText([summary, ...lost].join('\n')),
    blocks: richText(
      line(bold(summary)),
      ...list('Not understood or not decided', lost),
      ...list('Silenced', held.silenced.map(lineOf)),
      ...list('Flapping, and held back until they last', held.flapping.map(lineOf)),
      ...silences.map(silenceLine),
      ...(lost.length === 0
        ? []
        : [line(text('Once the cause is mended, in a terminal: firebreak alerts replay and the ids.'))]),
    ),
  };
}

/** How many alerts of the last day opened nothing, in a sentence; null when there are none. */
export function heldBackSentence({ undecided, letters, silenced, flapping }: HeldBack): string | null {
  const counts = [
    [undecided.length, 'without a database or runbook'],
    [letters.length, 'not understood'],
    [silenced.length, 'silenced'],
    [flapping.length, 'flapping'],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  if (told.length === 0) return null;
  const all = counts.reduce((sum, [count]) => sum + count, 0);
  return `${formatCount(all, 'alert')} of the last day opened no incident: ${told.join(', ')}.`;
}

function lineOf({ id, alert, settlement }: StoredAlert): string {
  return `${id} ${alert.name}: ${settlement?.reason ?? ''}`;
}

function list(heading: string, items: readonly string[]): Part[] {
  if (items.length === 0) return [];
  const more = items.length - MOST_LISTED;
  return [
    line(text(heading)),
    bullets([
      ...items.slice(0, MOST_LISTED).map((item) => line(text(clip(item, 250)))),
      ...(more > 0 ? [line(text(`and ${more} more: firebreak alerts list`))] : []),
    ]),
  ];
}

function silenceLine({ id, by, endsAt, reason, matchers }: Silence): Part {
  const until = endsAt === null ? [] : [text(' until '), time(endsAt)];
  return line(
    bold(id),
    text(` by ${clip(actorName(by), 60)}`),
    ...until,
    text(`: ${clip(reason, 200)} (${clip(matchersText(matchers), 300)})`),
  );
}
