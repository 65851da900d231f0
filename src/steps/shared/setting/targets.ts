import { FirebreakError } from '../../../domain/errors.ts';
import { formatCount, shorten } from '../../../domain/format.ts';
import type { Command, Fact } from '../../../domain/plan.ts';
import {
  type Setting,
  type SettingChange,
  settingKey,
  settingName,
  settingOwner,
  settingValue,
} from '../../../domain/setting.ts';
import type { SettingState } from '../../../ports/databases.ts';
import type { Excluded } from '../../parts.ts';
import type { Draft, StepContext } from '../../step-kind.ts';

type Ctx = Pick<StepContext<'databases'>, 'ports' | 'signal' | 'incident' | 'guard'>;

/** A value that a step would give to one setting. */
export interface Proposal {
  readonly setting: Setting;
  readonly to: string | null;
  readonly why: string;
  readonly owner: string | null;
  readonly facts: readonly Fact[];
  /** True for one that is done where it may be: that it may not is no failure of the step. */
  readonly optional?: boolean;
}

/** The parts of a plan that come from what is stored now. */
export interface SettingTargets extends Pick<Draft<SettingChange>, 'targets' | 'excluded' | 'commands'> {
  /** Client backends that are open now and keep the value that they began with. */
  readonly sessions: number;
}

/**
 * Reads each proposed setting and says exactly what would be sent.
 * @param leave says why a setting stays as it is, or null.
 * @throws FirebreakError `database-permission` when nothing else is left to do: with the statements for a person.
 */
export async function settingTargets(
  ctx: Ctx,
  proposals: readonly Proposal[],
  leave: (state: SettingState, proposal: Proposal) => string | null,
): Promise<SettingTargets> {
  const { databases } = ctx.ports;
  const targets: Draft<SettingChange>['targets'] = [];
  const excluded: Excluded = [];
  const commands: Command[] = [];
  const denied: Command[] = [];
  let sessions = 0;
  for (const proposal of proposals) {
    const { setting, to } = proposal;
    const state = await databases.readSetting(ctx.incident.database, setting, ctx.signal);
    const change = { setting, serverStart: state.serverStart, from: state.value, to };
    const { plain, guarded } = databases.settingStatements(change);
    const undo = databases.settingStatements({ ...change, from: to, to: state.value }).plain;
    const patch = { text: plain, undo };
    const label = settingName(setting);
    const reason = whyLeft(ctx, setting, state) ?? leave(state, proposal);
    if (reason !== null) excluded.push({ label, reason });
    else if (state.allowed) {
      sessions += state.sessions;
      targets.push(targetOf(proposal, change, state));
      commands.push({
        label: `${plain} Only if nobody changed it meanwhile:`,
        language: 'sql',
        text: guarded,
        patch,
      });
    } else {
      excluded.push({ label, reason: `Firebreak’s role may not change it. By hand: ${plain}` });
      (proposal.optional === true ? commands : denied).push(...byHand(setting, patch, state.grant));
    }
  }
  if (targets.length === 0 && denied.length > 0) throw notAllowed(proposals, denied);
  return { targets, excluded, commands: [...commands, ...denied], sessions };
}

function targetOf(
  { setting, to, why, owner, facts }: Proposal,
  identity: SettingChange,
  { sessions }: SettingState,
): Draft<SettingChange>['targets'][number] {
  const now = settingValue(setting, identity.from);
  return {
    id: settingKey(setting),
    label: shorten(`${settingName(setting)}: ${settingValue(setting, to)}`, 75),
    why,
    owner,
    facts: [
      { name: 'Now', value: now },
      { name: 'Then', value: settingValue(setting, to) },
      { name: 'Open sessions of it', value: String(sessions) },
      ...facts,
    ],
    sql: null,
    selected: true,
    identity,
  };
}

function whyLeft({ guard }: Ctx, { role, database }: Setting, state: SettingState): string | null {
  if (!state.found) return `There is no such role or database: ${role ?? database}.`;
  if (state.superuser) return 'It belongs to a superuser, whose settings only superusers change.';
  if (role !== null && guard.protectedRoles.includes(role)) return `Role ${role} is protected.`;
  return null;
}

function byHand(setting: Setting, patch: NonNullable<Command['patch']>, grant: string | null): Command[] {
  const label = `by hand, as a superuser or the owner: ${settingOwner(setting)}`;
  const own: Command = { label, language: 'sql', text: patch.text, patch };
  if (grant === null) return [own];
  // Whoever applies changes from a repository needs no grant for Firebreak.
  return [own, { label: 'so that Firebreak may do it next time', language: 'sql', text: grant, patch: null }];
}

function notAllowed(proposals: readonly Proposal[], next: Command[]): FirebreakError {
  const [first] = proposals;
  const name = first === undefined ? 'the setting' : settingName(first.setting);
  return new FirebreakError('database-permission', `Firebreak’s role may not change ${name}.`, {
    hint: 'Run the line below as a superuser or the owner, or let Firebreak do it with the GRANT and try again; or skip this step.',
    situation: {
      known: (first?.facts ?? []).slice(),
      unknown: [],
      done: [`${formatCount(proposals.length, 'setting')} looked at, none changed.`],
      next,
    },
  });
}

/** What must be known of every setting of a role, before deciding. */
export function reachWarnings(sessions: number): string[] {
  return [
    `It is for new sessions only: ${sessions === 0 ? 'no session of it is open now' : `${formatCount(sessions, 'open session keeps', 'open sessions keep')} what ${sessions === 1 ? 'it' : 'they'} began with`}.`,
    'Behind PgBouncer, server connections stay open for long: run RECONNECT on its console afterwards.',
  ];
}
