import type { IncidentDesk } from '../../engine/desk.ts';

/** The names that can be typed. */
export function databaseNames({ databases }: Pick<IncidentDesk, 'databases'>): string {
  return databases.length === 0
    ? 'No database is configured: add one to firebreak.yml.'
    : `Databases: ${databases.join(', ')}.`;
}
