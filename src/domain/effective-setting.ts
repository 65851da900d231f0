import type { LoginRole, ServerReadout } from './server-readout.ts';
import { timeoutMillis } from './setting.ts';

/** A value in force for new sessions of a role, and where it is set. */
export interface Effective {
  readonly role: LoginRole;
  readonly value: string;
  readonly milliseconds: number | null;
  readonly from: string;
}

/** The value of a setting for each role, and the roles for which it cannot be told. */
export interface EffectiveValues {
  readonly known: readonly Effective[];
  readonly unknown: readonly LoginRole[];
}

/**
 * What new sessions of each role get in the database: role in database before role before database before all roles
 * before the server (https://www.postgresql.org/docs/current/sql-alterrole.html). The value of the server is the reset
 * value of Firebreak's own session; where Firebreak's role has one of its own it hides the others.
 */
export function effectiveValues(server: ServerReadout, name: string): EffectiveValues {
  const own = server.roles.find((role) => role.own);
  const hidden = own !== undefined && ofRole(server, name, own.name) !== undefined;
  const known: Effective[] = [];
  const unknown: LoginRole[] = [];
  for (const role of server.roles) {
    const stored = ofRole(server, name, role.name) ?? ofEverybody(server, name);
    const shared = server.settings[name];
    if (stored !== undefined)
      known.push({ role, value: stored.value, milliseconds: timeoutMillis(stored.value), from: stored.from });
    else if (hidden || shared === undefined) unknown.push(role);
    else {
      const text = `${shared.value}${shared.value === '0' ? '' : (shared.unit ?? '')}`;
      known.push({ role, value: text, milliseconds: timeoutMillis(text), from: 'the server' });
    }
  }
  return { known, unknown };
}

type Stored = { value: string; from: string } | undefined;

function ofRole(server: ServerReadout, name: string, role: string): Stored {
  const own = server.stored.filter((one) => one.name === name && one.role === role);
  const here = own.find(({ database }) => database !== null);
  if (here !== undefined) return { value: here.value, from: `role ${role} in database ${here.database}` };
  const [anywhere] = own;
  return anywhere === undefined ? undefined : { value: anywhere.value, from: `role ${role}` };
}

function ofEverybody(server: ServerReadout, name: string): Stored {
  const all = server.stored.filter((one) => one.name === name && one.role === null);
  const here = all.find(({ database }) => database !== null);
  if (here !== undefined) return { value: here.value, from: `database ${here.database}` };
  const [everywhere] = all;
  return everywhere === undefined ? undefined : { value: everywhere.value, from: 'all roles' };
}
