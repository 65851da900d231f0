import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { createOutgoing } from '../../adapters/http/outgoing.ts';
import { createAudits } from '../../audits/create-audits.ts';
import { readSuspensions, type SuspensionRecord } from '../../audits/read-suspensions.ts';
import { loadAudits } from '../../audits/registry.ts';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Audits } from '../../ports/audits.ts';
import { knownOf } from '../../wiring/known-hosts.ts';
import { openPorts } from '../../wiring/open-ports.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { withState } from '../with-state.ts';

/** What the audits of a command look at; `suspensions` is asked for what incidents suspended. */
interface Audited {
  readonly databases: Config['databases'];
  readonly suspensions: () => Promise<SuspensionRecord[]>;
}

/** Opens what the audits of these databases read, for a command. */
export async function withAudits<T>(
  config: Config,
  { databases, suspensions }: Audited,
  work: (audits: Audits) => Promise<T>,
): Promise<T> {
  await using started = new AsyncDisposableStack();
  const logger = pino({ level: 'error' }, process.stderr);
  const outgoing = createOutgoing();
  started.defer(async () => outgoing.close(0));
  const ports = await openPorts({ ...config, databases }, started, { logger, fetch: outgoing.fetch });
  const audits = createAudits(
    { ...ports, suspensions },
    {
      audits: await loadAudits(),
      policy: config.audits,
      known: (database) => knownOf(config, database),
      clock: systemClock,
    },
  );
  return await work(audits);
}

/** What incidents suspended, from the journal; where Firebreak has never run there is none. */
export async function suspensionsOf({ state }: Config, configFile: string): Promise<SuspensionRecord[]> {
  if (state.url === null && !existsSync(state.directory)) return [];
  return await withState(configFile, reachStateUrl, readSuspensions);
}
