import { z } from 'zod';
import type { Statement } from './statements.ts';

/** Goes with the end of a step when something was read until then, which is not in every run. */
const NOW_AND_THEN = 'load.measured';
/** What tells an event from others of its type: its step, how loudly people are reminded, why an alert is held back. */
const Body = z.looseObject({
  type: z.string(),
  step: z.string().optional(),
  level: z.string().optional(),
  held: z.string().optional(),
});
/** When somebody has to look again, once nothing is due; an event writes it with itself. */
const REMIND_AT = /^update\s+"?firebreak"?\."?incident"? set "remind_at"/i;
const Progress = z.looseObject({ step: z.string() });

/** Messages that this process has seen a timestamp of. */
const posted = new Set<string>();

/** Names what a statement writes to the state, or null for a read and for what only goes with other writes. */
export function nameWrite({ text, values }: Statement): string | null {
  const [, table] = /^insert into\s+"?firebreak"?\."?(\w+)"?/i.exec(text) ?? [];
  if (table === 'journal') return nameEvents(values);
  if (table === 'alert') return text.includes('replay_of') ? 'alert taken up again' : 'alert stored';
  if (table === 'chat_message') return nameMessage(values);
  if (table === 'progress') return `progress of ${stepOfProgress(values)}`;
  return REMIND_AT.test(text) ? 'when to remind' : null;
}

/** The types of the events with their steps, such as `decision.recorded(kill)` or `decision.reminded(kill page)`. */
function nameEvents(values: readonly unknown[]): string {
  const names = values
    .flatMap((value) =>
      typeof value === 'string' && value.startsWith('{') ? [Body.parse(JSON.parse(value))] : [],
    )
    .filter(({ type }) => type !== NOW_AND_THEN)
    .map(({ type, step, level, held }) => {
      const details = [step, level, held].filter((one) => one !== undefined).join(' ');
      return details === '' ? type : `${type}(${details})`;
    });
  return [...new Set(names)].join('+');
}

/** Values in the order of the columns: incident, key, channel, ts, nonce, hash. */
function nameMessage([, key, , ts]: readonly unknown[]): string {
  const name = withoutTime(String(key));
  if (ts === null) return `chat_message ${name} reserved`;
  if (posted.has(name)) return `chat_message ${name} updated`;
  posted.add(name);
  return `chat_message ${name} posted`;
}

/** The key of a message without the time that it tells of, which is another one in each run. */
export function withoutTime(key: string): string {
  return key.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, '…').replace(/^(reminder:.*:)[0-9a-z]+(:[a-z]+)$/, '$1…$2');
}

function stepOfProgress(values: readonly unknown[]): string {
  const [text] = values.flatMap((value) =>
    typeof value === 'string' && value.startsWith('{') ? [value] : [],
  );
  return text === undefined ? 'a step' : Progress.parse(JSON.parse(text)).step;
}
