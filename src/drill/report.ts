import { type Cause, culpritName } from '../domain/cause.ts';
import type { EventType, RecordedEvent } from '../domain/event.ts';
import { foldIncident, type StepAttempt } from '../domain/incident.ts';
import { actorName } from '../domain/told.ts';
import { outage } from './outage.ts';

/** What a drill measured; `--json` prints it as the last line. Times in milliseconds. */
export interface DrillReport {
  readonly scenario: string;
  readonly ok: boolean;
  /** Why it is not ok, in words; empty otherwise. */
  readonly problems: readonly string[];
  readonly incident: string | null;
  readonly timings: {
    readonly alertToThreadMs: number | null;
    readonly alertToCauseMs: number | null;
    readonly alertToMitigatedMs: number | null;
    readonly alertToRecoveredMs: number | null;
    readonly alertToClosedMs: number | null;
  };
  readonly steps: readonly StepReport[];
  readonly cause: {
    readonly kind: string;
    readonly culprit: string | null;
    readonly confidence: number;
    readonly evidence: readonly string[];
  } | null;
  /** Sessions of the report that began after the first kill had ended, counted by the drill itself in pg_stat_activity. */
  readonly respawnsAfterKill: number;
  readonly ordersPlaced: number;
  readonly ordersFailed: number;
  readonly baselineMinutes: number;
  readonly journal: { readonly events: number; readonly chainOk: boolean };
}

interface StepReport {
  readonly step: string;
  readonly attempt: number;
  readonly kind: string;
  readonly decision: string | null;
  readonly by: string | null;
  /** False for one that Firebreak itself skipped: it is for another cause, or had nothing to do. */
  readonly needed: boolean;
  readonly outcome: string | null;
  readonly verdict: string | null;
  readonly evidence: string | null;
  readonly warnings: readonly string[];
  /** From the card to the decision, from the decision to the effect's end, from there to the verdict. */
  readonly waitedMs: number | null;
  readonly executedMs: number | null;
  readonly verifiedMs: number | null;
}

export interface Measured {
  readonly incidentId: string | null;
  readonly events: readonly RecordedEvent[];
  /** When the monitor sent the alert, and when the thread's first message stood in Slack; milliseconds since the epoch. */
  readonly alertAt: number | null;
  readonly threadAt: number | null;
  readonly respawns: number;
  readonly ordersPlaced: number;
  readonly ordersFailed: number;
  readonly journal: { readonly events: number; readonly chainOk: boolean };
  readonly wrongOrder: boolean;
  readonly problems: readonly string[];
}

/** Builds the report from the journal and from what the drill measured beside it. */
export function buildReport(measured: Measured): DrillReport {
  const { events, incidentId, alertAt } = measured;
  const incident = incidentId === null || events.length === 0 ? null : foldIncident(incidentId, events);
  const since = (at: number | null) => (at === null || alertAt === null ? null : at - alertAt);
  const [top] = incident?.causes ?? [];
  const report = {
    scenario: outage.id,
    incident: incidentId,
    timings: {
      alertToThreadMs: since(measured.threadAt),
      alertToCauseMs: since(timeOf(events, 'cause.named')),
      alertToMitigatedMs: since(timeOf(events, 'incident.mitigated')),
      alertToRecoveredMs: since(timeOf(events, 'incident.recovered')),
      alertToClosedMs: since(timeOf(events, 'incident.closed')),
    },
    steps: incident?.runs.flatMap(({ attempts }) => attempts.map(stepReport)) ?? [],
    cause: top === undefined ? null : causeReport(top),
    respawnsAfterKill: measured.respawns,
    ordersPlaced: measured.ordersPlaced,
    ordersFailed: measured.ordersFailed,
    baselineMinutes: outage.baselineMinutes,
    journal: measured.journal,
  };
  const problems = [...measured.problems, ...findProblems(report, measured.wrongOrder)];
  return { ...report, ok: problems.length === 0, problems };
}

/** Each piece of evidence once; what ties the work to the culprit carries its strength. */
function causeReport({ kind, culprit, confidence, evidence }: Cause): DrillReport['cause'] {
  const ties = culprit?.evidence ?? [];
  const tied = new Set(ties.map(({ text }) => text));
  return {
    kind,
    culprit: culprit === null ? null : culpritName(culprit),
    confidence,
    evidence: [
      ...evidence.filter((text) => !tied.has(text)),
      ...ties.map(({ strength, text }) => `${text} (${strength})`),
    ],
  };
}

function findProblems(report: Omit<DrillReport, 'ok' | 'problems'>, wrongOrder: boolean): string[] {
  const { timings, cause } = report;
  const respawned = report.respawnsAfterKill > 0;
  const checks: [boolean, string][] = [
    [timings.alertToThreadMs !== null, 'No thread was opened.'],
    [
      cause?.kind === outage.expectedCause,
      `The cause named is ${cause?.kind ?? 'none'}, not ${outage.expectedCause}.`,
    ],
    [
      cause?.culprit === outage.expectedCulprit,
      `The culprit named is ${cause?.culprit ?? 'nobody'}, not ${outage.expectedCulprit}.`,
    ],
    [timings.alertToRecoveredMs !== null, 'The database did not recover.'],
    [timings.alertToClosedMs !== null, 'The incident was not closed.'],
    [report.journal.chainOk, 'The journal is not whole.'],
    [report.ordersFailed > 0, 'No order failed: there was no outage.'],
    [wrongOrder || !respawned, `${report.respawnsAfterKill} sessions came back after the kill.`],
    [!wrongOrder || respawned, 'Nothing respawned, though the kill came before the suspension.'],
    [!wrongOrder || report.steps.some(({ verdict }) => verdict === 'failed'), 'The respawn was not noticed.'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

function timeOf(events: readonly RecordedEvent[], type: EventType): number | null {
  const found = events.find(({ event }) => event.type === type);
  return found === undefined ? null : Date.parse(found.at);
}

function stepReport(attempt: StepAttempt): StepReport {
  const { status, decision, closing, times, verdict } = attempt;
  const by = decision?.by ?? closing?.by;
  return {
    step: attempt.step.id,
    attempt: attempt.attempt,
    kind: attempt.step.kind,
    decision: decision === null ? (closing === null ? null : status) : 'run',
    by: by === undefined ? null : actorName(by),
    needed: status !== 'skipped' || closing?.by.kind !== 'system',
    outcome: attempt.outcome?.summary ?? closing?.reason ?? attempt.fault?.message ?? null,
    verdict: verdict?.status ?? null,
    evidence: verdict?.evidence ?? null,
    warnings: attempt.plan?.warnings ?? [],
    waitedMs: between(times.plannedAt, decision?.at ?? times.endedAt),
    executedMs: between(decision?.at, times.completedAt),
    verifiedMs: between(times.completedAt, times.endedAt),
  };
}

function between(from: string | undefined, to: string | undefined): number | null {
  return from === undefined || to === undefined ? null : Date.parse(to) - Date.parse(from);
}
