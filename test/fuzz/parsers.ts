import type { Parser } from './parser.ts';
import { alertParsers } from './parsers/alerts.ts';
import { configData, configText } from './parsers/config.ts';
import { alertDoor, gateDoor } from './parsers/http.ts';
import { backup, journalExport } from './parsers/journal.ts';
import { matchers } from './parsers/matchers.ts';
import { runbooks } from './parsers/runbooks.ts';
import { senderParsers } from './parsers/senders.ts';
import { slackParsers } from './parsers/slack.ts';
import { sns } from './parsers/sns.ts';
import { gateScript, maskedSql, psqlFile } from './parsers/sql.ts';

/** Everything that reads what strangers, files or people give us; the type of the inputs is its own matter. */
export const parsers = [
  ...alertParsers,
  ...senderParsers,
  sns,
  alertDoor,
  gateDoor,
  ...slackParsers,
  configText,
  configData,
  runbooks,
  matchers,
  maskedSql,
  gateScript,
  psqlFile,
  journalExport,
  backup,
] as unknown as readonly Parser<unknown>[];

/** How many of so many inputs each parser gets: by its share of all, and at least one. */
export function inputsOf(chosen: readonly Parser<unknown>[], total: number): ReadonlyMap<string, number> {
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  return new Map(chosen.map(({ name, share }) => [name, Math.ceil((total * share) / shares)]));
}
