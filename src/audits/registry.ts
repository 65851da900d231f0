import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audit } from './audit.ts';

const CHECK_FILE = /^[a-z-]+\/[a-z0-9-]+\.(?:js|ts)$/;

/** Loads every audit; adding one is adding a file `checks/<system>/<id>.ts` that exports `audit`. */
export async function loadAudits(): Promise<readonly Audit[]> {
  const folder = join(import.meta.dirname, 'checks');
  const entries = await readdir(folder, { recursive: true });
  const files = entries
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => CHECK_FILE.test(file) && !file.endsWith('.d.ts'));
  const audits = new Map<string, Audit>();
  for (const file of files.sort()) {
    const { audit } = (await import(new URL(`checks/${file}`, import.meta.url).href)) as { audit: Audit };
    const expected = `${audit.system}/${audit.id}`;
    if (expected !== file.replace(/\.(?:js|ts)$/, ''))
      throw new Error(`src/audits/checks/${file} declares the audit ${expected}; the names have to agree.`);
    if (audits.has(audit.id)) throw new Error(`Two audits are called ${audit.id}.`);
    audits.set(audit.id, audit);
  }
  return [...audits.values()];
}
