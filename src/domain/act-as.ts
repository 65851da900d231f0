import { ident } from './sql-name.ts';

/** Since this version membership says whether one may act as the role, and whether its rights are inherited. */
const SEPARATE_SINCE = 160_000;

/** What lets one role act as another one when it means to (SET ROLE), for a superuser to run. */
export function actAsGrant(owner: string, role: string, version: number): string {
  return version >= SEPARATE_SINCE
    ? `GRANT ${ident(owner)} TO ${ident(role)} WITH INHERIT FALSE, SET TRUE;`
    : `-- before PostgreSQL 16 it also inherits what ${ident(owner)} may, such as reading its tables; rather run the line above\nGRANT ${ident(owner)} TO ${ident(role)};`;
}
