import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that the account of PostgreSQL may enter when root runs the tests. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fb-rig-'));
  chmodSync(directory, 0o711);
  return directory;
}
