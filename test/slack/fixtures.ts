import type { Person } from '../../src/domain/actor.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { Incident, Run, StepAttempt, StepStatus } from '../../src/domain/incident.ts';
import type { Outcome, Verdict } from '../../src/domain/outcome.ts';
import { type Plan, planHash, type Target } from '../../src/domain/plan.ts';
import { REMIND_TIMES } from '../../src/domain/remind-times.ts';
import type { IncidentView } from '../../src/engine/desk.ts';

export const AT = '2026-11-15T14:23:00.000Z';
export const ALICE: Person = { kind: 'person', id: 'U0ALICE', name: 'Alice Adams', via: 'slack' };

/** Text that would call everybody, fake a mention or a link, or break out of a code box if it were parsed. */
export const HOSTILE = '<!channel> <@U0BOB> <https://evil.example|click> ``` *b* & "q" \u0000 :bomb: \ud800';

export function target(index: number, over: Partial<Target> = {}): Target {
  return {
    id: `${4700 + index}/2026-11-15 14:0${index % 10}:00.123456+00`,
    label: `pid ${4700 + index} · report_generator · 3m12s`,
    why: 'It holds a connection and reads the orders table from end to end.',
    owner: 'CronJob analytics/report-generator',
    facts: [{ name: 'waits for', value: 'IO/DataFileRead' }],
    sql: 'SELECT * FROM orders WHERE created_at > $1',
    selected: true,
    identity: { pid: 4700 + index },
    ...over,
  };
}

export function plan(over: Partial<Plan> = {}): Plan {
  return {
    kind: 'postgres.terminate-sessions',
    params: {},
    summary: 'Terminate 2 sessions of CronJob analytics/report-generator.',
    impact: 'The report fails; orders are written again.',
    undo: 'It cannot be undone: the report must be started again.',
    warnings: ['The CronJob is still armed: the sessions will come back at 14:30.'],
    targets: [target(1), target(2, { selected: false })],
    excluded: [{ label: 'pid 99 · walsender', reason: 'protected: replication' }],
    choices: [
      {
        id: 'how',
        label: 'How shall the sessions end?',
        options: [
          { value: 'cancel', label: 'Cancel', consequence: 'The statement ends, the session stays.' },
          { value: 'terminate', label: 'Terminate', consequence: 'The session ends and rolls back.' },
        ],
        default: 'terminate',
      },
    ],
    commands: [{ label: 'for each session', language: 'sql', text: 'SELECT pg_terminate_backend($1)' }],
    nothingToDo: null,
    ...over,
  };
}

export function outcome(over: Partial<Outcome> = {}): Outcome {
  return {
    summary: '1 session was terminated.',
    done: [{ target: 'pid 4701', detail: 'terminated' }],
    skipped: [{ target: 'pid 4702', reason: 'gone already' }],
    facts: [{ name: 'took', value: '0.1 s' }],
    table: { columns: ['pid', 'age'], rows: [['4701', '3m12s']] },
    causes: [],
    data: null,
    ...over,
  };
}

export function alert(over: Partial<Alert> = {}): Alert {
  return {
    source: 'alertmanager',
    status: 'firing',
    fingerprint: 'f',
    name: 'ConnectionPoolExhausted',
    labels: {},
    annotations: {},
    startsAt: AT,
    endsAt: null,
    generatorUrl: null,
    ...over,
  };
}

export function cause(over: Partial<Cause> = {}): Cause {
  const evidence = [{ strength: 'strong' as const, text: 'owner chain' }];
  return {
    kind: 'c',
    title: 'Analytical query holds the pool',
    confidence: 0.93,
    evidence: ['e'],
    rootSessions: [],
    culprit: { kind: 'CronJob', namespace: 'analytics', name: 'report-generator', evidence },
    helps: [],
    wontHelp: [],
    settles: [],
    ...over,
  };
}

export function verdict(over: Partial<Verdict> = {}): Verdict {
  return {
    status: 'failed',
    evidence: '2 new sessions of the same CronJob appeared after 31 s.',
    series: [
      {
        name: 'sessions',
        unit: '',
        points: [
          [1, 4],
          [2, 1],
          [3, 2],
        ],
      },
    ],
    milestone: null,
    goBackTo: 'suspend',
    ...over,
  };
}

const TITLES: readonly (readonly [string, string])[] = [
  ['diagnose', 'Find the cause'],
  ['suspend', 'Suspend the CronJob'],
  ['kill', 'Terminate the sessions'],
];

function run(attempts: readonly StepAttempt[], over: Partial<Run> = {}): Run {
  const last = attempts.at(-1);
  const position = TITLES.findIndex(([id]) => id === last?.step.id);
  return {
    number: 1,
    runbook: {
      id: 'pool',
      title: 'Connection pool exhausted',
      summary: 's',
      purpose: 'incident',
      alerts: [],
      default: false,
      planValidMinutes: 5,
      steps: TITLES.map(([id, title]) => step(id, title)),
      hash: 'h',
    },
    status: 'running',
    startedAt: AT,
    position: Math.max(0, position),
    attempts,
    ...over,
  };
}

function step(id: string, title: string): StepAttempt['step'] {
  return {
    id,
    kind: id === 'diagnose' ? 'postgres.diagnose' : 'postgres.terminate-sessions',
    title,
    byHand: 'Use psql.',
    for: [],
    params: {},
    confirm: 'one',
    remind: REMIND_TIMES,
  };
}

export function attempt(id: string, status: StepStatus, over: Partial<StepAttempt> = {}): StepAttempt {
  const own = over.plan === undefined && status !== 'planning' ? plan() : (over.plan ?? null);
  const title = TITLES.find(([known]) => known === id)?.[1] ?? id;
  return {
    step: step(id, title),
    attempt: 1,
    status,
    hash: own === null ? null : planHash(own),
    expiresAt: own === null ? null : '2026-11-15T14:28:00.000Z',
    drawn: own === null ? 0 : 1,
    differs: [],
    chosen: null,
    approval: null,
    decision: null,
    intents: 0,
    outcome: null,
    verdict: null,
    fault: null,
    closing: null,
    waitingSince: status === 'awaiting' || status === 'attention' ? AT : null,
    wanted: false,
    times: status === 'planning' ? {} : { plannedAt: AT },
    ...over,
    plan: own,
  };
}

function incident(runs: readonly Run[], over: Partial<Incident> = {}): Incident {
  return {
    id: 'INC-1',
    purpose: 'incident',
    version: 1,
    status: 'open',
    title: 'Connection pool exhausted',
    database: 'orders',
    service: 'order-service',
    severity: 'critical',
    dedupeKey: 'k',
    openedBy: ALICE,
    openedAt: AT,
    alerts: [],
    symptoms: [],
    channel: null,
    causes: [],
    causeAt: null,
    mitigatedAt: null,
    recoveredAt: null,
    closedAt: null,
    closedAnchor: null,
    closedBy: null,
    notes: [],
    clicks: [],
    measured: [],
    postMortems: [],
    newsVersion: 1,
    refusals: [],
    forced: [],
    lead: null,
    responders: [],
    chargeNotes: [],
    reminders: [],
    runs,
    ...over,
  };
}

export function view(attempts: readonly StepAttempt[], over: Partial<Incident> = {}): IncidentView {
  return { incident: incident([run(attempts)], over), progress: null };
}
