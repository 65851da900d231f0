import type { Mutant } from './mutant.ts';
import { decisions } from './promises/decisions.ts';
import { killed } from './promises/killed.ts';
import { replicas } from './promises/replicas.ts';
import { slack } from './promises/slack.ts';
import { state } from './promises/state.ts';
import { stopping } from './promises/stopping.ts';
import { storm } from './promises/storm.ts';
import { trouble } from './promises/trouble.ts';
import { wrongTarget } from './promises/wrong-target.ts';

/** The promises of docs/reliability.md, each without what keeps it, by the heading that they stand under. */
export const promises: Readonly<Record<string, readonly Mutant[]>> = {
  'Killed at any instruction': killed,
  'Several replicas': replicas,
  'Decisions at once, too late, again': decisions,
  'Slack in trouble': slack,
  'The state in trouble': state,
  'The database and the cluster in trouble': trouble,
  'A storm of alerts': storm,
  'The wrong session, workload or cause': wrongTarget,
  Stopping: stopping,
};

export const mutants: readonly Mutant[] = Object.values(promises).flat();
