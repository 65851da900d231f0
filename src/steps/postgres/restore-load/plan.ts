import { formatCount, formatDuration } from '../../../domain/format.ts';
import {
  type Setting,
  ShedChange,
  type StagedChange,
  settingKey,
  settingName,
  settingValue,
} from '../../../domain/setting.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import { type Proposal, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, EarlierStep } from '../../step-kind.ts';
import type { Ctx, Params } from './contract.ts';

/** A valve that this run closed: what it was before, what it is closed to, and the values in between. */
interface Valve {
  readonly setting: Setting;
  readonly former: string | null;
  readonly closed: string | null;
  readonly stages: readonly (string | null)[];
  readonly stepId: string;
}

/** Looks which valves this run has closed, and by which steps they are opened. The one that was closed last comes first. */
export async function planOpening(ctx: Ctx, params: Params): Promise<Draft<StagedChange>> {
  const valves = new Map(closedBy(ctx.earlier, params).map((valve) => [settingKey(valve.setting), valve]));
  const proposals = [...valves.values()].map(
    ({ setting, former, stepId }): Proposal => ({
      setting,
      to: former,
      why: `Step ${stepId} of this run closed it.`,
      owner: null,
      facts: [],
    }),
  );
  const { targets, excluded, commands } = await settingTargets(
    ctx,
    proposals,
    ({ value }, { setting, to }) => {
      if (value === to) return `It is as it was before: ${settingValue(setting, to)}.`;
      const valve = valves.get(settingKey(setting));
      return valve !== undefined && [valve.closed, ...valve.stages].includes(value)
        ? null
        : `Somebody has set it to ${settingValue(setting, value)} since; it is left alone.`;
    },
  );
  const planned = targets.flatMap((target) => {
    const valve = valves.get(settingKey(target.identity.setting));
    if (valve === undefined) return [];
    const { closed, stages } = valve;
    const steps = [...stages].map((value) => settingValue(valve.setting, value)).join(', then ');
    return [
      {
        ...target,
        facts: [...target.facts, { name: 'Steps', value: steps }],
        identity: { ...target.identity, closed, stages: [...stages] },
      },
    ];
  });
  const names = planned.map(({ identity }) => settingName(identity.setting));
  const hold = `${formatCount(params.quietSamples, 'quiet sample')} in a row, at most ${formatDuration(params.timeoutMinutes * 60)}`;
  return draftOf({
    summary:
      planned.length === 0
        ? 'Let the shed load in again.'
        : `Open ${formatCount(planned.length, 'valve')} in steps, measured after each one (${hold}): ${names.join(', ')}.`,
    impact:
      'The role may log in again, a part at a time. When the load comes back, it is shut out again at once.',
    undo: 'Go back to the step that closed the valve: it makes a new plan.',
    wontSolve: [],
    warnings:
      planned.length === 0
        ? []
        : ['What brought the load may still be there: its clients have waited, and come all at once.'],
    targets: planned,
    excluded,
    commands: [
      ...planned.flatMap(({ identity }) => statements(ctx, identity)),
      ...commands.slice(targets.length),
    ],
    nothingToDo: planned.length > 0 ? null : nothingToDo(excluded),
  });
}

/** What may be sent: each step, and the way back. */
function statements(ctx: Ctx, { setting, serverStart, from, closed, stages }: StagedChange) {
  const values = [...stages.slice(stages.indexOf(from) + 1), closed];
  return values.map((to, index) => {
    const before = index === 0 ? from : (values[index - 1] ?? null);
    const last = index === values.length - 1;
    const { plain } = ctx.ports.databases.settingStatements({ setting, serverStart, from: before, to });
    return {
      label: last ? 'When it does not hold, it is closed again' : `Step ${index + 1}, only when it is quiet`,
      language: 'sql' as const,
      text: plain,
      patch: null,
    };
  });
}

/** The valves that the steps before may have closed, each once; a step whose outcome is not known counts too. */
function closedBy(earlier: readonly EarlierStep[], { stages }: Params): Valve[] {
  const found = new Map<string, Valve>();
  for (const { kind, stepId, plan, selection, begunAt } of earlier) {
    if (begunAt === null || kind !== 'postgres.shed-load') continue;
    for (const { id, identity } of plan.targets) {
      if (!selection.targets.includes(id)) continue;
      const { setting, from, to, sessions } = ShedChange.parse(identity);
      const before = found.get(settingKey(setting));
      const former = before !== undefined && before.closed === from ? before.former : from;
      const values = stageValues(former === null ? sessions : Number(former), stages, to);
      found.set(settingKey(setting), { setting, former, closed: to, stages: [...values, former], stepId });
    }
  }
  return [...found.values()].toReversed();
}

/** Limits that grow from step to step, between the closed one and all of it. */
function stageValues(all: number, stages: readonly number[], closed: string | null): string[] {
  const values = stages.toSorted((a, b) => a - b).map((percent) => Math.ceil((all * percent) / 100));
  const between = values.filter((value) => value > Number(closed ?? 0) && value < all);
  return [...new Set(between)].map(String);
}

function nothingToDo(excluded: Excluded): string {
  if (excluded.length === 0) return 'No step of this run has shed load.';
  return `Nothing to open. ${reasonsOf(excluded)}`;
}
