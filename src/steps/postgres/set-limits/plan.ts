import { z } from 'zod';
import { effectiveValues } from '../../../domain/effective-setting.ts';
import { formatCount, formatDuration, shorten } from '../../../domain/format.ts';
import type { LoginRole, ServerReadout } from '../../../domain/server-readout.ts';
import { type SettingSet, settingOwner, timeoutText } from '../../../domain/setting.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { RoleStatements } from '../../../domain/statement.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { type Proposal, reachWarnings, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, StepContext } from '../../step-kind.ts';
import { type ConnectionPlan, planConnections } from './connections.ts';
import { fitTimeouts, TIMEOUTS, type TimeoutName, type Timeouts } from './fit-timeouts.ts';
import { sortRoles, type Work, workOf } from './roles.ts';

const seconds = (value: number, text: string) => z.int().min(1).default(value).describe(text);
const names = (values: string[], text: string) => z.array(z.string().min(1)).default(values).describe(text);

export const Params = z.strictObject({
  batchRoles: names(
    [],
    'Roles of batch work, which get longer timeouts; one that is called like analytics is taken for one',
  ),
  gateRoles: names(['gate'], 'Roles that only make plans, as the cost gate does, and get short timeouts'),
  applicationSeconds: seconds(
    30,
    'statement_timeout of a role that answers people, unless it needed longer so far',
  ),
  batchSeconds: seconds(900, 'statement_timeout of a batch role, unless it needed longer so far'),
  gateSeconds: seconds(5, 'statement_timeout of a role that only makes plans'),
  lockSeconds: seconds(10, 'lock_timeout'),
  idleSeconds: seconds(60, 'idle_in_transaction_session_timeout'),
  transactionSeconds: seconds(
    900,
    'transaction_timeout, for PostgreSQL 17 and later; at least twice statement_timeout',
  ),
  temporaryFiles: z
    .string()
    .regex(/^\d+(kB|MB|GB|TB)$/)
    .nullable()
    .default('20GB')
    .describe('temp_file_limit for one session, where Firebreak may set it; null to leave it alone'),
  connections: z.boolean().default(true).describe('Whether roles get a CONNECTION LIMIT'),
});
type Params = z.output<typeof Params>;
type Ctx = StepContext<'databases'>;

/** A good run may take this much longer than the slowest so far. */
const ROOM = 1.5;
/** However slow a role was, nothing beyond this is proposed, in multiples of what its work gets. */
const MOST_TIMES = 4;
/** First versions with transaction_timeout and with reserved_connections. */
const TRANSACTION_TIMEOUT_SINCE = 170_000;
const RESERVED_SINCE = 160_000;
/** Slots that the database leaves to others where none can be reserved: Firebreak comes in through another one. */
const KEPT_FREE = 6;

/** What is known of the server while one plan is made. */
interface Known {
  readonly server: ServerReadout;
  readonly snapshot: Snapshot;
  readonly statements: readonly RoleStatements[] | null;
  readonly connections: ConnectionPlan;
  readonly params: Params;
}

/** Proposes for each role what it lacks. */
export async function planLimits(ctx: Ctx, params: Params): Promise<Draft<SettingSet>> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const server = await databases.serverReadout(database, 'primary', ctx.signal);
  const snapshot = await databases.snapshot(database, 'primary', ctx.signal);
  const statements = await databases.roleStatements(database, ctx.signal);
  const { roles, excluded: left } = sortRoles(server, ctx.guard, snapshot);
  const seen = [...databases.history(database, 'primary').filter(({ at }) => at !== snapshot.at), snapshot];
  const connections = planConnections(server, roles, seen);
  const known = { server, snapshot, statements, connections, params };
  const each = server.inRecovery ? [] : roles.map((role) => forRole(role, known));
  const proposals = [...each.flatMap(({ proposals: list }) => list), ...forDatabase(known)];
  const { targets, excluded, commands, sessions } = await settingTargets(ctx, proposals, asPlanned);
  const sets = asSets(targets);
  return draftOf({
    summary:
      sets.length === 0
        ? 'Give each role the limits that it lacks.'
        : `Give ${formatCount(sets.length, 'role or database', 'roles and databases')} the limits that are missing, ${formatCount(targets.length, 'value')} in all.`,
    impact:
      'New sessions get an error for what takes longer than its limit: 57014 a statement, 55P03 a lock, 25P03 an idle transaction, 25P04 a transaction, 53300 one connection too many, 53400 too many temporary files.',
    undo: 'A later step restores exactly what was before, if nobody changed it meanwhile.',
    wontSolve: [
      'Sessions that are open now keep the values that they began with.',
      'Superusers, protected roles and roles that are made later stay without limits.',
      'What is slow stays slow; it only ends sooner.',
    ],
    warnings: [
      ...(sets.length === 0 ? [] : [...reachWarnings(sessions), ...basis(known)]),
      ...each.flatMap(({ problems }) => problems),
    ],
    targets: sets,
    excluded: [...left, ...excluded],
    commands,
    nothingToDo: sets.length > 0 ? null : nothingToDo(server, excluded),
  });
}

/** What the values were made from. */
function basis({ statements, connections, params }: Known): string[] {
  return [
    statements === null
      ? 'How long statements take is not known (pg_stat_statements is missing): the timeouts are those of the parameters. Ask the owners of slow jobs first.'
      : `A statement_timeout leaves at least half as much again as the slowest usual statement of the role, and at most ${MOST_TIMES} times what its work gets.`,
    ...(params.connections ? [connections.problem ?? `Connections: ${connections.arithmetic}.`] : []),
  ];
}

function forRole(role: LoginRole, known: Known): { proposals: Proposal[]; problems: string[] } {
  const { server, connections, params } = known;
  const { work, known: how } = workOf(role.name, params);
  const { proposed, problems, warnings } = timeoutsOf(role, work, known);
  const common = {
    why: `${workText[work]} (${how}); ${formatCount(connections.peaks.get(role.name) ?? 0, 'connection')} at its peak.`,
    owner: null,
    facts: [],
  };
  const here = { role: role.name, database: server.database };
  const limit = params.connections ? connections.limits.get(role.name) : undefined;
  return {
    proposals: [
      ...TIMEOUTS.flatMap((name) => {
        const value = proposed[name];
        return value === undefined ? [] : [{ ...common, setting: { name, ...here }, to: timeoutText(value) }];
      }),
      ...(params.temporaryFiles !== null && isUnlimited(role, server)
        ? [
            {
              ...common,
              setting: { name: 'temp_file_limit' as const, ...here },
              to: params.temporaryFiles,
              optional: true,
            },
          ]
        : []),
      ...(limit === undefined
        ? []
        : [
            {
              ...common,
              setting: { name: 'connection_limit' as const, role: role.name, database: null },
              to: String(limit),
            },
          ]),
    ],
    problems: [...problems.map((problem) => `Role ${role.name}: ${problem}`), ...warnings],
  };
}

const workText: Readonly<Record<Work, string>> = {
  application: 'It answers people',
  batch: 'It does batch work',
  gate: 'It only makes plans',
};

function timeoutsOf(role: LoginRole, work: Work, { server, snapshot, statements, params }: Known) {
  const now: Partial<Record<TimeoutName, number>> = {};
  const unknown: TimeoutName[] = [];
  for (const name of TIMEOUTS) {
    const found = effectiveValues(server, name).known.find((one) => one.role.name === role.name);
    if (found === undefined) unknown.push(name);
    else if (found.milliseconds !== null && found.milliseconds > 0) now[name] = found.milliseconds;
  }
  const usual = statements?.find((one) => one.role === role.name)?.usualMs ?? 0;
  const given =
    { application: params.applicationSeconds, batch: params.batchSeconds, gate: params.gateSeconds }[work] *
    1000;
  const wanted = wantedOf(
    Math.min(Math.max(given, usual * ROOM), given * MOST_TIMES),
    params,
    work,
    server.versionNumber,
  );
  const fitted = fitTimeouts(now, without(wanted, unknown));
  const statement = fitted.proposed.statement_timeout;
  const longer = snapshot.sessions.filter(
    ({ user, state, stateSeconds }) =>
      user === role.name &&
      state === 'active' &&
      statement !== undefined &&
      (stateSeconds ?? 0) * 1000 > statement,
  );
  return {
    ...fitted,
    warnings: [
      ...(statement !== undefined && usual > statement
        ? [
            `Role ${role.name}: its slowest usual statement takes ${formatDuration(usual / 1000)}, and would be ended at ${timeoutText(statement)}. Untick it, or name it under batchRoles.`,
          ]
        : []),
      ...(longer.length === 0
        ? []
        : [
            `Role ${role.name}: ${formatCount(longer.length, 'statement')} of it would be over the limit right now.`,
          ]),
    ],
  };
}

function wantedOf(statement: number, params: Params, work: Work, version: number): Timeouts {
  const short = work === 'gate' ? statement : Number.POSITIVE_INFINITY;
  return {
    statement_timeout: statement,
    lock_timeout: Math.min(params.lockSeconds * 1000, short),
    idle_in_transaction_session_timeout: Math.min(params.idleSeconds * 1000, short * 2),
    ...(version < TRANSACTION_TIMEOUT_SINCE
      ? {}
      : {
          transaction_timeout: Math.min(Math.max(params.transactionSeconds * 1000, statement * 2), short * 4),
        }),
  };
}

function without(timeouts: Timeouts, names: readonly TimeoutName[]): Timeouts {
  return Object.fromEntries(Object.entries(timeouts).filter(([name]) => !names.some((one) => one === name)));
}

function isUnlimited(role: LoginRole, server: ServerReadout): boolean {
  const { known } = effectiveValues(server, 'temp_file_limit');
  return known.some((one) => one.role.name === role.name && one.value.startsWith('-1'));
}

/** Before 16 no connection can be reserved: the database is bounded instead. */
function forDatabase({ server, snapshot, params }: Known): Proposal[] {
  const { max } = snapshot.slots;
  const bounded = server.databaseLimit !== null && server.databaseLimit < max;
  if (!params.connections || server.inRecovery || server.versionNumber >= RESERVED_SINCE || bounded)
    return [];
  return [
    {
      setting: { name: 'connection_limit', role: null, database: server.database },
      to: String(Math.max(1, max - KEPT_FREE)),
      why: `This version cannot reserve connections: ${KEPT_FREE} stay out of the reach of this database, and Firebreak comes in through the database postgres.`,
      owner: null,
      facts: [],
    },
  ];
}

/** What is stored already is what was wanted; what was not read as missing is not given another value. */
function asPlanned({ value }: { readonly value: string | null }, { to }: Proposal): string | null {
  return value === to ? `It is ${value} already.` : null;
}

/** One target for each role or database, so that people choose among them. */
function asSets(
  targets: Awaited<ReturnType<typeof settingTargets>>['targets'],
): Draft<SettingSet>['targets'] {
  const whose = ({ role, database }: { role: string | null; database: string | null }) =>
    settingOwner({ name: 'connection_limit', role, database: role === null ? database : null });
  return [...Map.groupBy(targets, ({ identity }) => whose(identity.setting))].map(([owner, members]) => ({
    id: owner,
    label: shorten(
      `${owner}: ${members.map(({ identity }) => `${identity.setting.name} ${identity.to}`).join(', ')}`,
      75,
    ),
    why: members[0]?.why ?? '',
    owner: null,
    facts: members.map(({ identity, facts }) => ({
      name: identity.setting.name,
      value: ['Now', 'Then'].map((name) => facts.find((fact) => fact.name === name)?.value).join(' → '),
    })),
    sql: null,
    selected: true,
    identity: { changes: members.map(({ identity }) => identity) },
  }));
}

function nothingToDo({ inRecovery, database }: ServerReadout, excluded: Excluded): string {
  if (inRecovery) return `The server that is configured as primary of ${database} is a standby itself.`;
  const [left] = excluded;
  if (left !== undefined) return `Nothing can be set. ${left.label} stays as it is. ${left.reason}`;
  return 'Every role has its limits already.';
}
