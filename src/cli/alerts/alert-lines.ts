import Table from 'cli-table3';
import { matchersText } from '../../domain/matcher.ts';
import { isActive, type Silence } from '../../domain/silence.ts';
import { actorName } from '../../domain/told.ts';
import type { DeadLetter, StoredAlert } from '../../ports/state.ts';
import { printable, printableLines } from '../../words/printable.ts';

/** Characters of a cell. */
const MOST = 60;

/** What became of an alert, in a few words. */
function becameOf({ settlement }: StoredAlert): string {
  if (settlement === null) return 'not decided yet';
  const { decision, incidentId } = settlement;
  return incidentId === null ? decision : `${decision} ${incidentId}`;
}

/** A table of alerts and of what could not be understood, newest first. */
export function alertTable(alerts: readonly StoredAlert[], letters: readonly DeadLetter[]): string {
  const rows = [
    ...alerts.map((stored) => ({
      at: stored.receivedAt,
      cells: [
        stored.id,
        stored.alert.status,
        stored.alert.name,
        becameOf(stored),
        stored.settlement?.reason ?? '',
      ],
    })),
    ...letters.map(({ id, lastAt, source, reason }) => ({
      at: lastAt,
      cells: [id, '', `from ${source}`, 'not understood', reason],
    })),
  ].sort((a, b) => (a.at > b.at ? -1 : 1));
  const table = new Table({
    head: ['id', 'received', 'status', 'alert', 'became', 'why'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, MOST],
    wordWrap: true,
  });
  for (const { at, cells } of rows) {
    const [id = '', ...others] = cells;
    table.push([id, at, ...others.map((cell) => printable(cell).slice(0, 4 * MOST))]);
  }
  return table.toString();
}

/** All that is known of an alert. */
export function alertText(stored: StoredAlert): string {
  const { id, alert, receivedAt, repeats, replayOf, settlement } = stored;
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => `  ${printable(name)}: ${printable(value)}`);
  return [
    `${id}: ${printable(alert.name)} is ${alert.status}, from ${printable(alert.source)}`,
    `received ${receivedAt}${repeats === 0 ? '' : `, and ${repeats} times more`}`,
    `fires since ${printable(alert.startsAt)}${alert.endsAt === null ? '' : `, ended ${printable(alert.endsAt)}`}`,
    ...(replayOf === null ? [] : [`takes up ${replayOf} again`]),
    `became: ${becameOf(stored)}`,
    ...(settlement === null ? [] : [`why: ${printable(settlement.reason)}`]),
    ...(settlement?.heldUntil ? [`decided on anew at ${settlement.heldUntil} if it still fires then`] : []),
    'labels:',
    ...pairs(alert.labels),
    ...(Object.keys(alert.annotations).length === 0 ? [] : ['annotations:', ...pairs(alert.annotations)]),
  ].join('\n');
}

/** All that is known of what could not be understood. */
export function letterText({ id, source, reason, receivedAt, lastAt, count, body }: DeadLetter): string {
  return [
    `${id}: from ${printable(source)}, could not be understood`,
    `why: ${printable(reason)}`,
    `received ${receivedAt}${count === 1 ? '' : `, ${count} times, last ${lastAt}`}`,
    'what was sent:',
    ...printableLines(body),
  ].join('\n');
}

export function silenceTable(silences: readonly Silence[], now: Date): string {
  const table = new Table({
    head: ['id', 'until', 'by', 'alerts', 'reason'],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  for (const silence of silences) {
    const { id, endsAt, by, matchers, reason } = silence;
    const until = isActive(silence, now) ? endsAt : `over since ${endsAt}`;
    const cells = [actorName(by), matchersText(matchers), reason].map((cell) =>
      printable(cell).slice(0, 4 * MOST),
    );
    table.push([id, until, ...cells]);
  }
  return table.toString();
}
