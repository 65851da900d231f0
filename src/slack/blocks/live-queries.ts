import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import type { QueriesNow, SessionNow } from '../../domain/live.ts';
import { createBudget } from './clip.ts';
import { againButton } from './live-buttons.ts';
import { gapParts, liveHead } from './live-head.ts';
import { line, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { tableBlocks } from './table-block.ts';
import { fallbackText } from './text-objects.ts';

const MOST_ROWS = 20;
/** What a phone shows of a table without moving it sideways comes first. */
const COLUMNS = ['age', 'owner', 'state', 'query', 'application', 'role', 'pid'];

/** The oldest transactions and queries, as a table and as short lines. Pure. */
export function queriesMessage(now: QueriesNow): Said {
  const { sessions, olderThanSeconds } = now;
  const shown = sessions.slice(0, MOST_ROWS);
  const left = sessions.length - shown.length;
  const age = formatDuration(olderThanSeconds);
  const count =
    sessions.length === 0
      ? `nothing has run for more than ${age}`
      : `${formatCount(sessions.length, 'session')} older than ${age}`;
  const budget = createBudget();
  return {
    text: fallbackText(
      [
        `${now.database}: ${count}.`,
        ...shown.map(inOneLine),
        ...(left > 0 ? [`… and ${left} more`] : []),
      ].join('\n'),
    ),
    blocks: [
      ...richText(liveHead(now, `${now.onCpu} on a CPU`, count)),
      ...(shown.length === 0 ? [] : tableBlocks({ columns: COLUMNS, rows: shown.map(row) }, budget)),
      ...richText(...(left > 0 ? [line(text(`${left} younger ones are not shown.`))] : []), ...gapParts(now)),
      againButton({ what: 'queries', database: now.database }),
    ],
  };
}

function row(session: SessionNow): string[] {
  return [
    formatDuration(session.ageSeconds),
    ownerOf(session),
    session.state,
    shorten(session.sql, 80),
    session.application,
    session.user ?? 'unknown',
    String(session.pid),
  ];
}

function inOneLine(session: SessionNow): string {
  return `${formatDuration(session.ageSeconds)} · ${ownerOf(session)} · ${session.state} · pid ${session.pid} · ${shorten(session.sql, 50)}`;
}

/** The owner, and how well it is known when that is less than well. */
export function ownerOf({ owner, certainty }: SessionNow): string {
  return certainty === 'strong' || certainty === 'none' ? owner : `${owner} (${certainty} evidence)`;
}
