import { formatCount } from '../../../domain/format.ts';
import {
  changesIn,
  type SettingChange,
  settingKey,
  settingName,
  settingValue,
  valuesOf,
} from '../../../domain/setting.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import { type Proposal, reachWarnings, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, EarlierStep, StepContext } from '../../step-kind.ts';

const VALVES: readonly string[] = [
  'postgres.set-timeout',
  'postgres.set-connection-limit',
  'postgres.set-limits',
  'postgres.shed-load',
  'postgres.restore-load',
];

/** Looks what the valves of this run have set, and whether it is still so. */
export async function planRestore(ctx: StepContext<'databases'>): Promise<Draft<SettingChange>> {
  const set = changesOf(ctx.earlier);
  const proposals = set.map(
    ({ change, stepId }): Proposal => ({
      setting: change.setting,
      to: change.from,
      why: `Step ${stepId} of this run set it to ${settingValue(change.setting, change.to)}.`,
      owner: null,
      facts: [],
    }),
  );
  const ours = new Map(set.map(({ change, values }) => [settingKey(change.setting), values]));
  const { targets, excluded, commands, sessions } = await settingTargets(
    ctx,
    proposals,
    (state, proposal) => {
      const { setting, to } = proposal;
      if (state.value === to) return `It is as it was before: ${settingValue(setting, to)}.`;
      return ours.get(settingKey(setting))?.includes(state.value) === true
        ? null
        : `Somebody has set it to ${settingValue(setting, state.value)} since; it is left alone.`;
    },
  );
  const names = targets.map(({ identity }) => settingName(identity.setting));
  return draftOf({
    summary:
      targets.length === 0
        ? 'Restore the settings of this run.'
        : `Restore ${formatCount(targets.length, 'setting')}: ${names.join(', ')}.`,
    impact: 'The emergency limit ends. New sessions get what they got before.',
    undo: 'Go back to the step that had set it: it makes a new plan.',
    wontSolve: ['Sessions that are open now keep the value that they began with.'],
    warnings: targets.length === 0 ? [] : reachWarnings(sessions),
    targets,
    excluded,
    commands,
    nothingToDo: targets.length > 0 ? null : nothingToDo(excluded),
  });
}

/** A setting from the value before this run to the last one, with every value that it may have got in between. */
interface Changed {
  readonly change: SettingChange;
  readonly values: readonly (string | null)[];
  readonly stepId: string;
}

/**
 * What the steps before may have set, each setting once; of several changes in a row the value before the first. A step
 * whose outcome is not known counts too: what is stored says whether it came so far.
 */
function changesOf(earlier: readonly EarlierStep[]): Changed[] {
  const found = new Map<string, Changed>();
  for (const { kind, stepId, plan, selection, begunAt } of earlier) {
    if (begunAt === null || !VALVES.includes(kind)) continue;
    const chosen = plan.targets.filter(({ id }) => selection.targets.includes(id));
    for (const { identity } of chosen) {
      for (const change of changesIn(identity)) {
        const key = settingKey(change.setting);
        const before = found.get(key);
        const goesOn = before?.values.includes(change.from) === true;
        const from = goesOn ? before.change.from : change.from;
        const values = [...(goesOn ? before.values : []), ...valuesOf(identity, change)];
        found.set(key, { change: { ...change, from }, values, stepId });
      }
    }
  }
  return [...found.values()];
}

function nothingToDo(excluded: Excluded): string {
  if (excluded.length === 0) return 'No step of this run has changed a setting.';
  return `Nothing to restore. ${reasonsOf(excluded)}`;
}
