import { z } from 'zod';
import { attribute } from '../../../diagnosis/attribution.ts';
import { isIdleInTransaction } from '../../../diagnosis/sessions.ts';
import { type Cause, isLikely, knownCulprit } from '../../../domain/cause.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import {
  type Setting,
  type SettingChange,
  settingKey,
  settingOwner,
  timeoutMillis,
} from '../../../domain/setting.ts';
import { backendId, type Session, type Snapshot } from '../../../domain/snapshot.ts';
import type { SettingState } from '../../../ports/databases.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { type Proposal, reachWarnings, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  seconds: z
    .int()
    .min(1)
    .default(60)
    .describe('The timeout: statements, or idle transactions, are ended after so long'),
  role: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Role that gets it, or null for the roles of the root sessions'),
  database: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('PostgreSQL database that gets it, for every role in it, instead of a role; null for roles'),
  setting: z
    .enum(['auto', 'statement_timeout', 'idle_in_transaction_session_timeout'])
    .default('auto')
    .describe('Which timeout; auto takes the one that would have ended the root sessions'),
});
type Params = z.output<typeof Params>;
type Ctx = StepContext<'databases' | 'workloads'>;

/** Causes whose root sessions a timeout of their role would have ended. */
const TIMEOUT_HELPS: readonly string[] = [
  'idle-in-transaction',
  'lock-queue',
  'row-lock-convoy',
  'runaway-application-query',
  'runaway-interactive-query',
  'runaway-batch-query',
  'plan-flip',
];

/** Proposes the timeout that would have ended the root sessions, for their roles in their databases. */
export async function planTimeout(ctx: Ctx, params: Params): Promise<Draft<SettingChange>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const roots = rootSessions(findings, params);
  const proposals = proposalsFor(roots, params, findings);
  const { targets, excluded, commands, sessions } = await settingTargets(ctx, proposals, tightEnough);
  const { snapshot } = findings.facts;
  return draftOf({
    summary:
      targets.length === 0
        ? 'Give a role a timeout.'
        : `Give ${targets.map(({ identity }) => whose(identity.setting)).join(', ')} a timeout of ${formatDuration(params.seconds)}.`,
    impact:
      'New sessions of the role get an error when a statement (57014) or an idle transaction (25P03) takes longer.',
    undo: 'A later step restores exactly what was before, if nobody changed it meanwhile.',
    wontSolve: [
      'Sessions that are open now keep the value that they began with.',
      'The query itself stays as expensive as it is.',
    ],
    warnings: [
      ...serverNotes(findings.facts),
      ...(targets.length === 0 ? [] : reachWarnings(sessions)),
      ...targets.flatMap(({ identity }) => sharedWarnings(identity.setting, params, snapshot)),
    ],
    targets,
    excluded,
    commands,
    nothingToDo: targets.length > 0 ? null : nothingToDo(findings, roots, excluded),
  });
}

/** A root session and the cause that names it. */
interface Root {
  readonly session: Session;
  readonly cause: Cause;
}

/** The roots of likely causes that a timeout ends; of the role or database in the parameters, when one is named. */
function rootSessions({ facts, causes }: Findings, { role, database }: Params): Root[] {
  const likely = causes.filter((cause) => isLikely(cause) && TIMEOUT_HELPS.includes(cause.kind));
  return facts.snapshot.sessions.flatMap((session) => {
    const cause = likely.find(({ rootSessions: ids }) => ids.includes(backendId(session)));
    const isNamed =
      (role ?? session.user) === session.user && (database ?? session.database) === session.database;
    return cause === undefined || !isNamed ? [] : [{ session, cause }];
  });
}

function proposalsFor(
  roots: readonly Root[],
  { seconds, setting: wanted, role, database }: Params,
  { facts }: Findings,
): Proposal[] {
  const proposals = new Map<string, Proposal>();
  const to = `${seconds}s`;
  const add = (setting: Setting, why: string, owner: string | null) => {
    const key = settingKey(setting);
    if (!proposals.has(key)) proposals.set(key, { setting, to, why, owner, facts: [] });
  };
  for (const { session, cause } of roots) {
    if (session.user === null) continue;
    const idle = isIdleInTransaction(session);
    const name =
      wanted !== 'auto' ? wanted : idle ? 'idle_in_transaction_session_timeout' : 'statement_timeout';
    const culprit = attribute(session, facts.cluster);
    add(
      database === null
        ? { name, role: session.user, database: session.database }
        : { name, role: null, database },
      `${cause.title}: it would have ended pid ${session.pid}, ${idle ? 'idle in its transaction' : 'running'} for ${formatDuration(session.stateSeconds ?? 0)}.`,
      knownCulprit(culprit),
    );
  }
  if ((role !== null || database !== null) && proposals.size === 0) {
    const name = wanted === 'auto' ? 'statement_timeout' : wanted;
    const setting = database === null ? { name, role, database } : { name, role: null, database };
    add(setting, `The runbook names this ${database === null ? 'role' : 'database'}.`, null);
  }
  return [...proposals.values()];
}

/** A valve never loosens what is tighter. */
function tightEnough({ value }: SettingState, { to }: Proposal): string | null {
  const now = value === null ? null : timeoutMillis(value);
  const wanted = timeoutMillis(to ?? '');
  if (now === null || now === 0 || wanted === null || now > wanted) return null;
  return `It is ${value} already, which is as tight or tighter.`;
}

/** `role reporting`; a role's own timeout is for one database, which people need not read. */
function whose({ role, database }: Setting): string {
  return settingOwner({ name: 'statement_timeout', role, database: role === null ? database : null });
}

/** Who gets it beside those that are meant. */
function sharedWarnings(
  { name, role, database }: Setting,
  { seconds }: Params,
  snapshot: Snapshot,
): string[] {
  const isOf = (one: Pick<Session, 'user' | 'database'>) =>
    role === null ? one.database === database : one.user === role;
  const owner = whose({ name, role, database });
  const applications = new Map<string, number>();
  for (const group of snapshot.groups.filter(isOf)) {
    const application = group.applicationName || 'without a name';
    applications.set(application, (applications.get(application) ?? 0) + group.backends);
  }
  const longer = snapshot.sessions.filter(
    (session) =>
      isOf(session) &&
      isIdleInTransaction(session) === (name === 'idle_in_transaction_session_timeout') &&
      (session.stateSeconds ?? 0) > seconds,
  );
  const backup = longer.find(({ protectedBy }) => protectedBy.includes('backup'));
  return [
    ...(applications.size > 1
      ? [
          `Whoever uses ${owner} gets it: ${[...applications].map(([application, backends]) => `${application} (${backends})`).join(', ')}.`,
        ]
      : []),
    ...(longer.length > 0
      ? [`${formatCount(longer.length, 'session')} of it would be over the limit right now.`]
      : []),
    ...(backup === undefined
      ? []
      : [
          role === null
            ? `A backup runs in ${owner}; the next one would be cut off.`
            : `A backup runs as ${owner}; the next one would be cut off.`,
        ]),
  ];
}

function nothingToDo({ causes }: Findings, roots: readonly Root[], excluded: Excluded): string {
  const [left] = excluded;
  if (left !== undefined) return `${left.label} stays as it is. ${left.reason}`;
  if (roots.length > 0) return 'The root sessions have no role that could get a timeout.';
  return `No timeout is proposed: the diagnosis names no session that one would have ended. Diagnosis: ${causes[0]?.title ?? 'none'}.`;
}
