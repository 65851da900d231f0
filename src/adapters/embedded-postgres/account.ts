import { readFileSync } from 'node:fs';
import { FirebreakError } from '../../domain/errors.ts';

/** The system account that PostgreSQL runs as. PostgreSQL refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_ACCOUNTS = ['nobody', 'postgres', 'daemon'];

/**
 * The account that PostgreSQL has to be started as, or undefined when this process is not root and PostgreSQL
 * simply runs as the same user. As root it is the first of `nobody`, `postgres`, `daemon` that /etc/passwd knows.
 */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readAccounts();
  for (const name of PREFERRED_ACCOUNTS) {
    const account = accounts.find((candidate) => candidate.name === name && candidate.uid > 0);
    if (account) return account;
  }
  throw new FirebreakError(
    'postgres-account',
    `PostgreSQL refuses to run as root, and /etc/passwd has none of the accounts ${PREFERRED_ACCOUNTS.join(', ')}.`,
    { hint: 'Run Firebreak as an ordinary user, or add one of these accounts.' },
  );
}

/** The home directories of all accounts; their permissions are never widened. */
export function homeDirectories(): ReadonlySet<string> {
  return new Set(passwdLines().flatMap((fields) => fields[5] ?? []));
}

function readAccounts(): Account[] {
  return passwdLines().map((fields) => ({
    name: fields[0] ?? '',
    uid: Number(fields[2]),
    gid: Number(fields[3]),
  }));
}

function passwdLines(): string[][] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
