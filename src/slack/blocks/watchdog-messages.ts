import type { types } from '@slack/bolt';
import { formatCount } from '../../domain/format.ts';
import type { WatchdogTarget } from '../../domain/watchdog.ts';
import type { RecordedAction } from '../../domain/watchdog-record.ts';
import type { PolicyView } from '../../ports/watchdog.ts';
import { clip } from './clip.ts';
import { contextLine } from './context-line.ts';
import { bold, bullets, line, type Part, richText, text, time } from './rich-text.ts';
import { switchButton } from './watchdog-buttons.ts';
import { loadText, stateParts, targetText, termsText } from './watchdog-words.ts';

/** What is told of each policy: its last actions, days and halts. Older messages stay as they are. */
const MOST_KILLS = 20;
const MOST_DAYS = 2;
const MOST_HALTS = 3;
const MOST_NAMED = 8;

/** A message of the watchdog, and since when there is something to tell. */
export interface WatchdogMessage {
  readonly key: string;
  /** ISO 8601. */
  readonly at: string;
  readonly words: string;
  readonly blocks: readonly types.KnownBlock[];
}

/** What the channel hears of the policies, oldest first: each end, what would have been ended on each day, and each halt. Pure. */
export function watchdogMessages(
  views: readonly PolicyView[],
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): WatchdogMessage[] {
  const days = new Intl.DateTimeFormat('en-CA', { timeZone });
  const dayOf = ({ at }: RecordedAction) => days.format(new Date(at));
  return views
    .flatMap((listed) => {
      // Whether an incident is open is told where somebody asks: these messages stay.
      const view = { ...listed, incident: null };
      const { actions, halts } = view.record;
      const kills = actions.filter(({ kind }) => kind === 'kill').slice(-MOST_KILLS);
      const reports = [
        ...Map.groupBy(
          actions.filter(({ kind }) => kind === 'report'),
          dayOf,
        ),
      ];
      return [
        ...kills.map((action) => killMessage(view, action, now)),
        ...reports.slice(-MOST_DAYS).map(([day, all]) => reportMessage(view, day, all, now)),
        ...halts.slice(-MOST_HALTS).map((halt) => haltMessage(view, halt, now)),
      ];
    })
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function killMessage(view: PolicyView, action: RecordedAction, now: Date): WatchdogMessage {
  const { policy } = view;
  const { id, at, targets, results, load, warnings } = action;
  const words = `Watchdog policy ${policy.name} ${endedText(action)} on ${policy.terms.database}`;
  const parts = targets.slice(0, MOST_NAMED).map((target) => {
    const result = results?.find(({ pid }) => pid === target.session.pid);
    const became = result === undefined ? '' : ` · ${SIGNS[result.status]} ${clip(result.detail, 200)}`;
    return line(text(`${targetText(target)}${became}`));
  });
  return {
    key: `kill:${policy.name}:${id}`,
    at,
    words,
    blocks: [
      ...richText(line(text('🐕 '), bold(words)), bullets([...parts, ...more(targets)])),
      ...richText(
        line(text(loadText(load))),
        ...warnings.slice(0, 3).map((warning) => line(text(`⚠️ ${clip(warning, 300)}`))),
      ),
      ...footer(view, at, now),
    ],
  };
}

const SIGNS = { ended: '✅', refused: '🚫', survived: '⚠️', interrupted: '⚠️' } as const;

function endedText({ targets, results }: RecordedAction): string {
  const all = formatCount(targets.length, 'session');
  if (results === null) return `is ending ${all}`;
  const ended = results.filter(({ status }) => status === 'ended').length;
  return ended === targets.length ? `ended ${all}` : `ended ${ended} of ${all}`;
}

function reportMessage(
  view: PolicyView,
  day: string,
  reports: readonly RecordedAction[],
  now: Date,
): WatchdogMessage {
  const { policy } = view;
  const targets = reports.flatMap((report) => report.targets).toReversed();
  const last = reports.at(-1);
  const words = `Watchdog policy ${policy.name} would have ended ${formatCount(targets.length, 'session')} on ${policy.terms.database} (${day})`;
  return {
    key: `report:${policy.name}:${day}`,
    at: reports[0]?.at ?? '',
    words,
    blocks: [
      ...richText(
        line(text('🧪 '), bold(words)),
        line(text('Nothing was ended. The last ones first:')),
        bullets([
          ...targets.slice(0, MOST_NAMED).map((target) => line(text(targetText(target)))),
          ...more(targets),
        ]),
      ),
      ...(last === undefined ? [] : richText(line(text(`At the last one ${loadText(last.load)}`)))),
      ...footer(view, last?.at ?? '', now),
    ],
  };
}

function haltMessage(
  view: PolicyView,
  halt: PolicyView['record']['halts'][number],
  now: Date,
): WatchdogMessage {
  const { policy } = view;
  const words = `Watchdog policy ${policy.name} stopped itself: ${clip(halt.reason, 300)}`;
  const incident = halt.incident === null ? '' : ` ${halt.incident} asks what is to be done.`;
  return {
    key: `halt:${policy.name}:${halt.at}`,
    at: halt.at,
    words,
    blocks: [
      ...richText(
        line(text('✋ '), bold(words)),
        line(text(`Ending it again would not help: what starts it has to be stopped first.${incident}`)),
      ),
      ...footer(view, halt.at, now),
    ],
  };
}

function more(targets: readonly WatchdogTarget[]): Extract<Part, { type: 'rich_text_section' }>[] {
  const left = targets.length - MOST_NAMED;
  return left > 0 ? [line(text(`and ${left} more`))] : [];
}

function footer(view: PolicyView, at: string, now: Date): types.KnownBlock[] {
  return [
    contextLine(time(at), text(` · ${termsText(view.policy.terms)}`)),
    contextLine(...stateParts(view, now)),
    switchButton(view),
  ];
}
