import type { DecoyName, Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { backup } from './backup.ts';
import { bi } from './bi.ts';
import { cronjob } from './cronjob.ts';
import { ddl } from './ddl.ts';
import type { RunningDecoy, StartDecoy } from './decoy.ts';
import { dump } from './dump.ts';
import { service } from './service.ts';

/** Every decoy, in the order of their start; all of them are there unless a scenario says why one cannot be. */
const decoys: Readonly<Record<DecoyName, StartDecoy>> = { ddl, service, cronjob, backup, dump, bi };

/** Starts the innocents of a scenario; those that notice themselves what is done to them. */
export async function startDecoys({ needs }: Scenario, stage: Stage): Promise<RunningDecoy[]> {
  const names = (Object.keys(decoys) as DecoyName[]).filter((name) => needs.without?.[name] === undefined);
  const started: RunningDecoy[] = [];
  for (const name of names) {
    const decoy = await decoys[name](stage);
    if (decoy !== null) started.push(decoy);
  }
  return started;
}
