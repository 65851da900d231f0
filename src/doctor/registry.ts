import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accessKinds } from '../domain/access.ts';
import type { Check } from './check.ts';

const CHECK_FILE = /^[a-z-]+\/[a-z0-9-]+\.(?:js|ts)$/;

/** Loads every check, those of one kind together and its connection first; adding one is adding a file `checks/<kind>/<id>.ts` that exports `check`. */
export async function loadChecks(): Promise<readonly Check[]> {
  const folder = join(import.meta.dirname, 'checks');
  const entries = await readdir(folder, { recursive: true });
  const files = entries
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => CHECK_FILE.test(file) && !file.endsWith('.d.ts'));
  const checks = await Promise.all(files.sort().map(load));
  return accessKinds.flatMap((kind) => {
    const own = checks.filter((check) => check.kind === kind);
    return [...own.filter(isConnection), ...own.filter((check) => !isConnection(check))];
  });
}

async function load(file: string): Promise<Check> {
  const { check } = (await import(new URL(`checks/${file}`, import.meta.url).href)) as { check: Check };
  const name = `${check.kind}/${check.id}`;
  if (name === file.replace(/\.(?:js|ts)$/, '')) return check;
  throw new Error(`src/doctor/checks/${file} declares the check ${name}; the names have to agree.`);
}

/** The check that stands for all of its kind while the system does not answer. */
export function isConnection({ id }: Pick<Check, 'id'>): boolean {
  return id === 'connection';
}
