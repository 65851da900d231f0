import { z } from 'zod';
import { attribute, culpritKey } from '../../../diagnosis/attribution.ts';
import { type Cause, isLikely, knownCulprit } from '../../../domain/cause.ts';
import { formatCount, formatShare } from '../../../domain/format.ts';
import type { Setting, SettingChange } from '../../../domain/setting.ts';
import { type SessionGroup, usableSlots } from '../../../domain/snapshot.ts';
import type { SettingState } from '../../../ports/databases.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { type Proposal, reachWarnings, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  limit: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('The limit, or null to leave the others what they use and a tenth of the slots free'),
  role: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Role that gets it, or null for the role of the culprit that holds most of the slots'),
  database: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('PostgreSQL database that gets the limit instead of a role; null for a role'),
});
type Params = z.output<typeof Params>;
type Ctx = StepContext<'databases' | 'workloads'>;

/** Causes in which one role takes the slots of the others. */
const LIMIT_HELPS: readonly string[] = ['connection-leak', 'connection-storm', 'idle-pools'];

/** Below this share of the used slots a limit is not proposed: it would be a guess. */
const MAJORITY = 0.5;
/** Share of the usable slots that stay free, and the fewest of them. */
const FREE_SHARE = 0.1;
const FEWEST_FREE = 3;

/** Who holds the slots. */
interface Holder {
  readonly setting: Setting;
  readonly backends: number;
  readonly why: string;
  readonly owner: string | null;
}

/** Proposes a limit that leaves slots to the others. */
export async function planLimit(ctx: Ctx, params: Params): Promise<Draft<SettingChange>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const holder = holderOf(findings, params);
  const proposals = holder === null ? [] : [proposalFor(holder, findings, params)];
  const { targets, excluded, commands, sessions } = await settingTargets(ctx, proposals, tightEnough);
  const [target] = targets;
  const limit = Number(target?.identity.to ?? 0);
  return draftOf({
    summary:
      target === undefined
        ? 'Limit the connections of a role.'
        : `Let ${ownerOf(target.identity)} have at most ${formatCount(limit, 'connection')}; it has ${sessions} now.`,
    impact:
      'New connections over the limit are refused (53300). No open session is ended; those that are idle have to be ended or the service restarted.',
    undo: 'A later step restores exactly what was before, if nobody changed it meanwhile.',
    wontSolve: ['Sessions that are open now stay open, also those over the limit.'],
    warnings: [
      ...serverNotes(findings.facts),
      ...(target === undefined ? [] : reachWarnings(sessions)),
      ...(target !== undefined && sessions >= limit
        ? [
            `${ownerOf(target.identity)} gets no new connection until ${sessions - limit + 1} of its ${sessions} sessions have ended.`,
          ]
        : []),
    ],
    targets,
    excluded,
    commands,
    nothingToDo: targets.length > 0 ? null : nothingToDo(findings, excluded),
  });
}

function holderOf({ facts, causes }: Findings, { role, database }: Params): Holder | null {
  const { groups, slots } = facts.snapshot;
  const named = database !== null || role !== null;
  if (named) {
    const of = database !== null ? { role: null, database } : { role, database: null };
    const backends = sum(
      groups.filter((group) => (database !== null ? group.database === database : group.user === role)),
    );
    const setting = { name: 'connection_limit' as const, ...of };
    return { setting, backends, why: 'The runbook names it.', owner: null };
  }
  const cause = causes.find((one) => isLikely(one) && LIMIT_HELPS.includes(one.kind));
  if (cause === undefined) return null;
  const heaviest = heaviestRole(groupsOf(cause, facts));
  if (heaviest === null || heaviest.backends / Math.max(1, slots.used) < MAJORITY) return null;
  const whole = sum(groups.filter(({ user }) => user === heaviest.role));
  return {
    setting: { name: 'connection_limit', role: heaviest.role, database: null },
    backends: whole,
    why: `${cause.title}. Role ${heaviest.role} holds ${whole} of ${slots.used} used slots (${formatShare(whole / slots.used)}).`,
    owner: knownCulprit(cause.culprit),
  };
}

/** The sessions of the culprit, or all when nobody was named. */
function groupsOf({ culprit }: Cause, { snapshot, cluster }: Findings['facts']): SessionGroup[] {
  if (culprit === null || culprit.kind === 'unknown') return snapshot.groups;
  const key = culpritKey(culprit);
  return snapshot.groups.filter((group) => culpritKey(attribute({ ...group, tags: {} }, cluster)) === key);
}

function heaviestRole(groups: readonly SessionGroup[]): { role: string; backends: number } | null {
  const byRole = Map.groupBy(groups, ({ user }) => user);
  const roles = [...byRole].flatMap(([role, members]) =>
    role === null ? [] : [{ role, backends: sum(members) }],
  );
  return roles.sort((a, b) => b.backends - a.backends)[0] ?? null;
}

function proposalFor(holder: Holder, { facts }: Findings, params: Params): Proposal {
  const { slots } = facts.snapshot;
  const usable = usableSlots(slots);
  const others = Math.max(0, slots.used - holder.backends);
  const free = Math.max(FEWEST_FREE, Math.ceil(usable * FREE_SHARE));
  const limit = params.limit ?? Math.max(1, usable - others - free);
  return {
    setting: holder.setting,
    to: String(limit),
    why: holder.why,
    owner: holder.owner,
    facts: [
      {
        name: 'Slots',
        value: `${usable} for everybody: ${others} used by others, ${free} kept free, ${limit} left`,
      },
    ],
  };
}

function sum(groups: readonly SessionGroup[]): number {
  return groups.reduce((total, { backends }) => total + backends, 0);
}

/** A valve never loosens what is tighter. */
function tightEnough({ value }: SettingState, { to }: Proposal): string | null {
  return value !== null && Number(value) <= Number(to)
    ? `It is ${value} already, which is as tight or tighter.`
    : null;
}

function ownerOf({ setting: { role, database } }: SettingChange): string {
  return role === null ? `database ${database}` : `role ${role}`;
}

function nothingToDo({ causes }: Findings, excluded: Excluded): string {
  const [left] = excluded;
  if (left !== undefined) return `${left.label} stays as it is. ${left.reason}`;
  return `No limit is proposed: no single role fills the slots because of a known cause. Diagnosis: ${causes[0]?.title ?? 'none'}.`;
}
