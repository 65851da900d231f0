import { ident } from './sql-name.ts';

/** A membership by which a role may act as another one. */
export interface HarmfulMembership {
  /** The role whose rights do harm: a role of PostgreSQL, or a superuser. */
  readonly group: string;
  readonly superuser: boolean;
  /** The role that was granted to it, by which it comes to the group; null when the catalog does not tell. */
  readonly through: string | null;
  /** Who granted it, where REVOKE has to say so. */
  readonly grantor: string | null;
}

/** A table that a role may write, and to whom that is granted: the role itself, one whose rights it inherits, or PUBLIC (null). */
export interface WritableTable {
  /** As SQL spells it. */
  readonly table: string;
  readonly grantee: string | null;
}

/** What a role may do that the cost gate has to know. */
export interface GateRole {
  readonly role: string;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly replication: boolean;
  readonly memberships: readonly HarmfulMembership[];
  /** Of at most 20 tables. */
  readonly writable: readonly WritableTable[];
}

/** A right that does harm in a role whose plans run functions of others, and the statement that takes it away. */
interface Excess {
  readonly what: string;
  readonly take: string | null;
}

/** Everything for which a role is refused; empty for one that only reads. */
export function excessOf({ role, superuser, createRole, replication, memberships }: GateRole): Excess[] {
  const attribute = (has: boolean, what: string, taken: string): Excess[] =>
    has ? [{ what, take: `ALTER ROLE ${ident(role)} ${taken};` }] : [];
  return [
    ...attribute(superuser, 'it is a superuser', 'NOSUPERUSER'),
    ...attribute(createRole, 'it has CREATEROLE', 'NOCREATEROLE'),
    ...attribute(replication, 'it has REPLICATION', 'NOREPLICATION'),
    ...memberships.map((one) => ({
      what: `it is a member of ${one.superuser ? 'the superuser ' : ''}${one.group}${one.through === null || one.through === one.group ? '' : ` through ${one.through}`}`,
      take: one.through === null ? null : revokeRole(role, one.through, one.grantor),
    })),
  ];
}

function revokeRole(role: string, granted: string, grantor: string | null): string {
  const by = grantor === null ? '' : ` GRANTED BY ${ident(grantor)}`;
  return `REVOKE ${ident(granted)} FROM ${ident(role)}${by};`;
}

/** The statement after which a role no longer writes a table. */
export function takeWriting({ table, grantee }: WritableTable): string {
  const from = grantee === null ? 'PUBLIC' : ident(grantee);
  return `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${table} FROM ${from};`;
}
