import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { FirebreakError } from '../../domain/errors.ts';

/** The comment on a role or database of the drill: only what carries it is ever dropped. */
export const MARKER = 'created by the firebreak drill';

/** The roles of the drill: the two programs, and the bot with the rights its documentation asks for. */
const ROLES = {
  order_service: [],
  report_generator: [],
  firebreak: ['pg_monitor', 'pg_signal_backend'],
} as const satisfies Record<string, readonly string[]>;
export type RoleName = keyof typeof ROLES;
export type Passwords = Readonly<Record<RoleName, string>>;

/** Creates the drill's roles with new passwords; roles left by an earlier drill are replaced. */
export async function createRoles(admin: pg.Client): Promise<Passwords> {
  const passwords = { order_service: password(), report_generator: password(), firebreak: password() };
  for (const [role, memberOf] of Object.entries(ROLES)) {
    await dropRole(admin, role);
    const secret = pg.escapeLiteral(passwords[role as RoleName]);
    await admin.query(`create role ${role} login password ${secret}`);
    await admin.query(`comment on role ${role} is '${MARKER}'`);
    for (const group of memberOf) await admin.query(`grant ${group} to ${role}`);
  }
  return passwords;
}

/** Drops the drill's roles; none of them may own or be granted anything any more. */
export async function dropRoles(admin: pg.Client): Promise<void> {
  for (const role of Object.keys(ROLES)) await dropRole(admin, role);
}

/** @throws FirebreakError `drill-server` when the server has a role of one of our names that no drill created. */
export async function refuseForeignRoles(admin: pg.Client): Promise<void> {
  for (const role of Object.keys(ROLES)) {
    const comment = await roleComment(admin, role);
    if (comment === undefined || comment === MARKER) continue;
    throw new FirebreakError(
      'drill-server',
      `The server already has a role "${role}" that the drill did not create.`,
      { hint: 'Use another server, or run the drill without one: it brings its own PostgreSQL.' },
    );
  }
}

async function dropRole(admin: pg.Client, role: string): Promise<void> {
  if ((await roleComment(admin, role)) === MARKER) await admin.query(`drop role ${role}`);
}

/** The comment on a role: undefined when there is no such role, null when it has no comment. */
async function roleComment(admin: pg.Client, role: string): Promise<string | null | undefined> {
  const found = await admin.query<{ comment: string | null }>(
    `select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
    [role],
  );
  return found.rows[0]?.comment;
}

function password(): string {
  return randomBytes(18).toString('base64url');
}
