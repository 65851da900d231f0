/** Whether the own role may act as another one (SET ROLE); since PostgreSQL 16 that is a right of its own. */
export const mayActAs = (owner: string): string =>
  `CASE WHEN current_setting('server_version_num')::int >= 160000 THEN pg_has_role(current_user, ${owner}, 'SET')
        ELSE pg_has_role(current_user, ${owner}, 'MEMBER') END`;
