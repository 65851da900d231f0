import { userInfo } from 'node:os';
import type { DrillRecord } from '../domain/drill-record.ts';
import { formatCount } from '../domain/format.ts';
import { prevention } from '../drill/prevention/run-prevention.ts';
import type { DrillReport } from '../drill/report.ts';
import type { Score } from '../drill/run-scenarios.ts';
import { createDrills } from '../engine/drills.ts';
import { VERSION } from '../version.ts';
import { reachStateUrl } from '../wiring/state-url.ts';
import { withState } from './with-state.ts';

/** What a rehearsal came to, before it is known who rehearsed which version. */
type Came = Omit<DrillRecord, 'by' | 'version'>;

const MOST_PROBLEMS = 5;

export function cameOfOutage({ scenario, ok, problems, timings }: DrillReport): Came {
  const { alertToRecoveredMs: ms } = timings;
  return {
    scenario,
    ok,
    problems: problems.slice(0, MOST_PROBLEMS),
    recoverySeconds: ms === null ? null : ms / 1000,
  };
}

export function cameOfScenarios(scenario: string, score: Score, ok: boolean): Came {
  const { scenarios, causeRight, culpritRight, actionRight, harm } = score;
  const words = `Of ${formatCount(scenarios, 'scenario')}: cause right in ${causeRight}, culprit in ${culpritRight}, action in ${actionRight}; harmed: ${harm}.`;
  return { scenario, ok, problems: ok ? [] : [words], recoverySeconds: null };
}

export function cameOfPrevention(problems: readonly string[]): Came {
  const told = problems.slice(0, MOST_PROBLEMS);
  return { scenario: prevention.id, ok: problems.length === 0, problems: told, recoverySeconds: null };
}

/** Writes it into the journal of the Firebreak with this configuration, whether that runs or not. */
export async function recordDrill(configFile: string, came: Came): Promise<void> {
  const { username: name } = userInfo();
  const by = { kind: 'person', id: name, name, via: 'terminal' } as const;
  await withState(configFile, reachStateUrl, async ({ journal }) =>
    createDrills(journal).record({ ...came, version: VERSION, by }),
  );
}
