import type { IncidentDesk } from '../../engine/desk.ts';
import { triageCommand } from '../manifest.ts';

/** What people can type, in words. */
export function helpText(desk: Pick<IncidentDesk, 'databases' | 'runbooks'>): string {
  const runbooks = desk.runbooks.map(({ id, title }) => `${id} (${title})`).join(', ');
  return [
    `${triageCommand} <database> [runbook] opens an incident, or names the one that is open.`,
    `${triageCommand} status lists the open incidents and what they wait for.`,
    databaseNames(desk),
    ...(runbooks === '' ? [] : [`Runbooks: ${runbooks}.`]),
    'Decide on the cards in the thread of an incident: each shows exactly what would be done before you run it.',
  ].join('\n');
}

/** The names that can be typed. */
export function databaseNames({ databases }: Pick<IncidentDesk, 'databases'>): string {
  return databases.length === 0
    ? 'No database is configured: add one to firebreak.yml.'
    : `Databases: ${databases.join(', ')}.`;
}
