import { readFile, stat } from 'node:fs/promises';
import { logFile } from '../../adapters/embedded-postgres/postmaster.ts';
import type { Guilty } from '../scenario.ts';

/** A session that was cancelled or terminated by somebody, as the server's log tells it. */
export interface Signalled {
  readonly pid: number;
  readonly role: string;
  readonly application: string;
  readonly what: string;
}

/** Of 57014 only a cancel that somebody asked for; the rest are timeouts of the session's own. */
const SIGNALLED =
  /^pid=(\d+) state=(57014|57P01) user=(.*?) app=(.*?) (?:ERROR|FATAL): {2}(canceling statement due to user request|terminating .*due to administrator command)/gm;

/** Where the log of a server ends now. */
export async function endOfLog(dataDirectory: string): Promise<number> {
  return (await stat(logFile(dataDirectory))).size;
}

/** Who was signalled since then, whoever sent it. The log's prefix is set in stage/servers.ts. */
export async function signalledSince(dataDirectory: string, offset: number): Promise<Signalled[]> {
  const log = (await readFile(logFile(dataDirectory))).subarray(offset).toString('utf8');
  return [...log.matchAll(SIGNALLED)].map(([, pid, , role = '', application = '', what = '']) => ({
    pid: Number(pid),
    role,
    application,
    what,
  }));
}

/** Those of them that the scenario does not name as guilty. */
export function innocentsAmong(signalled: readonly Signalled[], guilty: readonly Guilty[]): Signalled[] {
  return signalled.filter(
    ({ role, application }) =>
      !guilty.some(
        (one) =>
          one.role === role && (one.application === undefined || application.startsWith(one.application)),
      ),
  );
}
