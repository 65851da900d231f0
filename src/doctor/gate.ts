import type { GateAccess } from '../domain/access.ts';

/** Where a statement on the role of the gate is to be run: its URL may lead to a replica. */
export function onPrimary({ database }: Pick<GateAccess, 'database'>): string {
  return `as a superuser on the primary, in the database ${database}`;
}
