import { spawnSync } from 'node:child_process';
import { readAudit } from './advisories.ts';

/**
 * Fails when a package that is installed with Firebreak has a known hole of severity high or critical. Where the registry
 * has no advisories it says that nothing was checked, and does not fail: that is no fault of the change at hand.
 */
const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const { status, text } = error === undefined ? readAudit(stdout) : readAudit(JSON.stringify(error));
if (status === 'notChecked') console.error(`NOT CHECKED for known holes: ${text}`);
else console.log(text);
process.exitCode = status === 'vulnerable' ? 1 : 0;
