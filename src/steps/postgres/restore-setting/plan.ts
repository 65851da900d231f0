import { formatCount } from '../../../domain/format.ts';
import {
  changesIn,
  type SettingChange,
  settingKey,
  settingName,
  settingValue,
} from '../../../domain/setting.ts';
import { type Proposal, reachWarnings, settingTargets } from '../../setting-targets.ts';
import type { Draft, EarlierStep, StepContext } from '../../step-kind.ts';

const VALVES: readonly string[] = [
  'postgres.set-timeout',
  'postgres.set-connection-limit',
  'postgres.set-limits',
];

/** Looks what the valves of this run have set, and whether it is still so. */
export async function planRestore(ctx: StepContext<'databases'>): Promise<Draft<SettingChange>> {
  const set = changesOf(ctx.earlier);
  const proposals = set.map(({ change, stepId }): Proposal & { ours: string | null } => ({
    setting: change.setting,
    to: change.from,
    ours: change.to,
    why: `Step ${stepId} of this run set it to ${settingValue(change.setting, change.to)}.`,
    owner: null,
    facts: [],
  }));
  const ours = new Map(proposals.map((proposal) => [settingKey(proposal.setting), proposal.ours]));
  const { targets, excluded, commands, sessions } = await settingTargets(
    ctx,
    proposals,
    (state, proposal) => {
      const { setting, to } = proposal;
      if (state.value === to) return `It is as it was before: ${settingValue(setting, to)}.`;
      return state.value === ours.get(settingKey(setting))
        ? null
        : `Somebody has set it to ${settingValue(setting, state.value)} since; it is left alone.`;
    },
  );
  const names = targets.map(({ identity }) => settingName(identity.setting));
  return {
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
    choices: [],
    commands,
    nothingToDo: targets.length > 0 ? null : nothingToDo(excluded),
  };
}

/**
 * What the steps before may have set, each setting once; of several changes in a row the value before the first. A step
 * whose outcome is not known counts too: what is stored says whether it came so far.
 */
function changesOf(earlier: readonly EarlierStep[]): { change: SettingChange; stepId: string }[] {
  const found = new Map<string, { change: SettingChange; stepId: string }>();
  for (const { kind, stepId, plan, selection, begunAt } of earlier) {
    if (begunAt === null || !VALVES.includes(kind)) continue;
    const chosen = plan.targets.filter(({ id }) => selection.targets.includes(id));
    for (const change of chosen.flatMap(({ identity }) => changesIn(identity))) {
      const key = settingKey(change.setting);
      const before = found.get(key)?.change;
      const from = before !== undefined && before.to === change.from ? before.from : change.from;
      found.set(key, { change: { ...change, from }, stepId });
    }
  }
  return [...found.values()];
}

function nothingToDo(excluded: Draft<SettingChange>['excluded']): string {
  if (excluded.length === 0) return 'No step of this run has changed a setting.';
  return `Nothing to restore. ${excluded.map(({ label, reason }) => `${label}: ${reason}`).join(' ')}`;
}
