import type { Migration } from 'kysely/migration';
import { migration0001 } from './0001-journal.ts';
import { migration0002 } from './0002-replicas.ts';
import { migration0003 } from './0003-reminders.ts';
import { migration0004 } from './0004-held-alerts.ts';
import { migration0005 } from './0005-explanations.ts';

/** Every migration by its name, in the order of the names. Released ones are never changed. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-journal': migration0001,
  '0002-replicas': migration0002,
  '0003-reminders': migration0003,
  '0004-held-alerts': migration0004,
  '0005-explanations': migration0005,
};
