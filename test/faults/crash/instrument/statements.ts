import { nameQueueStatement } from './queue-statements.ts';
import { nameWrite } from './writes.ts';

export interface Session {
  readonly user: string;
  readonly application: string;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The name of a boundary, and what the open transaction has written so far; null for no boundary, no transaction. */
export interface Named {
  readonly name: string | null;
  readonly transaction: string[] | null;
}

const VICTIM_USER = 'bot';
const START = 'the start';
/** Commits that move an incident on; a refused click or a further alert does not. */
const STEPS_ON = /\b(incident|run|step|effect)\.|decision\.recorded/;
/** The last events that were committed: what is read afterwards belongs to that phase. */
let phase = START;

/** Names a new session. */
export function nameConnection(session: Session): string {
  return `connect: ${kindOf(session)}`;
}

/** The phase that the incident is in, by the last commit of this process. */
export function presentPhase(): string {
  return phase;
}

function kindOf({ user, application }: Session): 'victim' | 'queue' | 'locks' | 'state' {
  if (user === VICTIM_USER) return 'victim';
  const [kind] = /(queue|locks)$/.exec(application) ?? [];
  return kind === 'queue' || kind === 'locks' ? kind : 'state';
}

/**
 * Names what a statement does. Statements inside a transaction are no boundaries of their own: a kill there is a kill
 * before the commit, because PostgreSQL rolls back.
 */
export function nameStatement(session: Session, statement: Statement, open: string[] | null): Named {
  const { text } = statement;
  const kind = kindOf(session);
  if (kind === 'victim') return { name: nameVictimStatement(text, statement.values), transaction: null };
  if (kind === 'queue') return { name: nameQueueStatement(text), transaction: null };
  if (kind === 'locks') return { name: nameLock(text, statement.values), transaction: null };
  if (/^(begin|start transaction)/i.test(text)) return { name: null, transaction: [] };
  if (open === null) return { name: nameWrite(statement) ?? nameRead(text), transaction: null };
  if (/^rollback/i.test(text)) return { name: null, transaction: null };
  if (!/^commit/i.test(text)) return { name: null, transaction: withWrite(open, nameWrite(statement)) };
  const written = [...new Set(open)].join(' + ') || 'nothing but reads';
  if (STEPS_ON.test(written)) phase = written;
  return { name: `commit: ${written}`, transaction: null };
}

function withWrite(open: string[], write: string | null): string[] {
  return write === null ? open : [...open, write];
}

/** Reads of the state leave nothing behind: one name for each table stands for all of them. */
function nameRead(text: string): string | null {
  const table = /(?:from|join)\s+"?firebreak"?\."?(\w+)/i.exec(text)?.[1];
  if (table !== undefined) return `state: read ${table}`;
  const number = /nextval\('firebreak\.(\w+)'/.exec(text)?.[1];
  if (number !== undefined) return `state: next ${number}`;
  return phase === START ? 'state: preparation at the start' : `state: ${text.slice(0, 40)}`;
}

function nameLock(text: string, values: readonly unknown[]): string | null {
  const [what] = /unlock|lock/.exec(text) ?? [];
  if (what === undefined) return null;
  const [, kind] = /mutex:(\w+):/.exec(String(values[0])) ?? [];
  return `${what} ${kind ?? String(values[0]).replace(/:[^:]*$/, '')}`;
}

function nameVictimStatement(text: string, values: readonly unknown[]): string {
  const [, tag] = /firebreak:([a-z-]+)/.exec(text) ?? [];
  if (tag === 'kill')
    return `signal: ${String(values.find((value) => value === 'cancel' || value === 'terminate'))}`;
  const change =
    tag === 'change-setting' ? 'setting' : /^(?:create|drop) index/i.exec(text)?.[0].toLowerCase();
  if (change !== undefined) return `change: ${change}`;
  return tag === undefined ? 'victim: upkeep of a session' : `victim: ${tag}, after ${phase}`;
}
