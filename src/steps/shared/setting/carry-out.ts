import { describeError, isFirebreakError } from '../../../domain/errors.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import {
  type ChangedSettings,
  type SettingChange,
  settingName,
  settingValue,
} from '../../../domain/setting.ts';
import { type Done, OTHER_SERVER, outcomeOfEach, type Skipped, verdictOnEach } from '../../parts.ts';
import { Drifted, type OutcomeOf, type Reconciliation, type StepContext } from '../../step-kind.ts';

type Ctx = Pick<StepContext<'databases'>, 'ports' | 'signal' | 'incident'>;
type Change = ChangedSettings['changes'][number];

/** The part of an approved plan that this needs; every kind that changes settings has it. */
export interface ApprovedChanges {
  readonly targets: readonly { readonly identity: SettingChange }[];
}

/** What differs from the plan: another server, or a value that somebody changed. */
export async function recheckSettings(ctx: Ctx, { targets }: ApprovedChanges): Promise<string[]> {
  const differences: string[] = [];
  for (const { identity } of targets) {
    const { setting, serverStart, from } = identity;
    const now = await ctx.ports.databases.readSetting(ctx.incident.database, setting, ctx.signal);
    if (now.serverStart !== serverStart)
      differences.push(
        `Another server answers than the one that was read; it was started ${now.serverStart}.`,
      );
    else if (now.value !== from) differences.push(changedText(identity, now.value));
  }
  return differences;
}

/** Sends the guarded changes one by one. A lost answer is never followed by another change: the value is read. */
export async function executeSettings(
  ctx: Ctx,
  { targets }: ApprovedChanges,
): Promise<OutcomeOf<ChangedSettings>> {
  const changes: Change[] = [];
  const done: Done[] = [];
  const skipped: Skipped[] = [];
  for (const { identity } of targets) {
    ctx.signal.throwIfAborted();
    const target = settingName(identity.setting);
    const result = await changeOne(ctx, identity, changes.length > 0 || skipped.length > 0);
    if (result.problem !== null) skipped.push({ target, reason: result.problem });
    else done.push({ target, detail: detailOf(identity, result.found) });
    if (result.problem === null || result.uncertain)
      changes.push({ ...identity, uncertain: result.uncertain });
  }
  return outcomeOfEach(done, skipped, { changes });
}

type Result = { problem: string | null; uncertain: boolean; found: boolean };

async function changeOne(ctx: Ctx, identity: SettingChange, changedBefore: boolean): Promise<Result> {
  const refused = (problem: string): Result => ({ problem, uncertain: false, found: false });
  try {
    const answer = await ctx.ports.databases.changeSetting(ctx.incident.database, identity, ctx.signal);
    if (answer === 'changed') return { problem: null, uncertain: false, found: false };
    // What an interrupted try has changed already needs no second change.
    if (answer === 'value-changed' && (await isReached(ctx, identity)))
      return { problem: null, uncertain: false, found: true };
    const differs =
      answer === 'server-changed'
        ? OTHER_SERVER
        : `Somebody changed ${settingName(identity.setting)} meanwhile.`;
    if (!changedBefore) throw new Drifted([differs]);
    return refused(differs);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!isFirebreakError(error)) throw error;
    const lost = (error.situation?.unknown.length ?? 0) > 0;
    if (!lost && !changedBefore) throw error;
    return lost ? await afterLostAnswer(ctx, identity, error.message) : refused(error.message);
  }
}

async function isReached(ctx: Ctx, { setting, to }: SettingChange): Promise<boolean> {
  const now = await ctx.ports.databases.readSetting(ctx.incident.database, setting, ctx.signal);
  return now.value === to;
}

async function afterLostAnswer(ctx: Ctx, change: SettingChange, why: string): Promise<Result> {
  try {
    return (await isReached(ctx, change))
      ? { problem: null, uncertain: false, found: true }
      : { problem: `Not changed: ${why}`, uncertain: false, found: false };
  } catch (error) {
    ctx.signal.throwIfAborted();
    return {
      problem: `The change was sent and never answered, and it could not be read: ${describeError(error).message}`,
      uncertain: true,
      found: false,
    };
  }
}

/** After a crash: done when every value is as wanted, safe to repeat while some are as before. */
export async function reconcileSettings(
  ctx: Ctx,
  { targets }: ApprovedChanges,
): Promise<Reconciliation<ChangedSettings>> {
  const reached: Change[] = [];
  for (const { identity } of targets) {
    const now = await ctx.ports.databases.readSetting(ctx.incident.database, identity.setting, ctx.signal);
    if (now.value === identity.to) reached.push({ ...identity, uncertain: false });
    else if (now.value !== identity.from) return { status: 'unknown', why: changedText(identity, now.value) };
    else if (now.serverStart !== identity.serverStart) return { status: 'unknown', why: OTHER_SERVER };
  }
  if (reached.length < targets.length) return { status: 'unfinished' };
  const done = reached.map((change) => ({
    target: settingName(change.setting),
    detail: `${detailOf(change, false)}; found so after an interruption of Firebreak`,
  }));
  return { status: 'done', outcome: outcomeOfEach(done, [], { changes: reached }) };
}

/** Reads every value back. */
export async function verifySettings(
  ctx: Ctx,
  { targets }: ApprovedChanges,
  { data, skipped }: OutcomeOf<ChangedSettings>,
): Promise<Verdict> {
  const evidence: string[] = [];
  const wrong: string[] = [];
  const unread: string[] = [];
  for (const { identity } of targets) {
    const { setting, to } = identity;
    try {
      const now = await ctx.ports.databases.readSetting(ctx.incident.database, setting, ctx.signal);
      const text = `${settingName(setting)} is ${settingValue(setting, now.value)}`;
      if (now.value === to) evidence.push(`${text}, with ${now.sessions} of its sessions open`);
      else wrong.push(text);
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`${settingName(setting)} could not be read: ${describeError(error).message}`);
    }
  }
  return verdictOnEach({ evidence, wrong, unread }, () =>
    situationOf(ctx, data, [...wrong, ...skipped.map(({ reason }) => reason)], unread),
  );
}

function situationOf(ctx: Ctx, data: ChangedSettings, done: string[], unknown: string[]) {
  const next = data.changes.map((change) => ({
    label: `take ${settingName(change.setting)} back by hand`,
    language: 'sql' as const,
    text: ctx.ports.databases.settingStatements({ ...change, from: change.to, to: change.from }).plain,
  }));
  return { known: [], unknown, done, next };
}

function detailOf({ setting, from, to }: SettingChange, found: boolean): string {
  const how = found ? '; the answer was lost, and it was found so' : '';
  return `${settingValue(setting, to)}, before ${settingValue(setting, from)}${how}`;
}

function changedText({ setting, from }: SettingChange, now: string | null): string {
  return `${settingName(setting)} is ${settingValue(setting, now)} now, and was ${settingValue(setting, from)} when it was planned.`;
}
