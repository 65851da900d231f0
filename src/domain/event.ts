import { z } from 'zod';
import { Actor, Person } from './actor.ts';
import { Alert } from './alert.ts';
import { AuditDigest } from './audit-digest.ts';
import { BreakGlass } from './break-glass.ts';
import { Cause } from './cause.ts';
import { DrillRecord } from './drill-record.ts';
import { FollowUpDraft, FollowUpStatus } from './follow-up.ts';
import { Note } from './note.ts';
import { Outcome, Series, Verdict } from './outcome.ts';
import { Plan, Selection } from './plan.ts';
import { Measured } from './post-mortem.ts';
import { ReminderLevel } from './remind-times.ts';
import { RetentionPolicy } from './retention.ts';
import { Purpose, Runbook } from './runbook.ts';
import { Silence } from './silence.ts';
import { Situation } from './situation.ts';
import { WatchdogAction, WatchdogMode, WatchdogResult, WatchdogTerms } from './watchdog.ts';

/** A step of a run and which try of it this is, counted from 1. */
const attempt = { step: z.string(), attempt: z.int().positive() };

/** Names the click that asked for it, so that the same click is known again; absent where none did. */
const click = { click: z.string().optional() };

/** The same of a person's decision, with the reason of one who was not on the list and forced it. */
const decided = { ...click, breakGlass: BreakGlass.optional() };

/** What a person is shown of a fault. Entries of version 0.1 have no situation. */
export const Fault = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  situation: Situation.optional(),
});
export type Fault = z.infer<typeof Fault>;

export const Phase = z.enum(['plan', 'recheck', 'execute', 'verify', 'reconcile']);
export type Phase = z.infer<typeof Phase>;

function event<const N extends string, S extends z.ZodRawShape>(type: N, shape: S) {
  return z.object({ type: z.literal(type), ...shape });
}

/** Everything that can happen, in the order of an incident's life. Each is written once, in one transaction with the work it causes. */
export const DomainEvent = z.discriminatedUnion('type', [
  /** When an alert or a person starts an incident. */
  event('incident.opened', {
    title: z.string(),
    database: z.string(),
    service: z.string().nullable(),
    severity: z.string(),
    dedupeKey: z.string(),
    by: Actor,
    alert: Alert.nullable(),
    /** Id of the Slack channel that a route says; absent for the one of all. */
    channel: z.string().optional(),
    /** Absent where it is an incident. */
    purpose: Purpose.optional(),
  }),
  /** When a further alert, or a repeat, belongs to an open incident. */
  event('alert.attached', { alert: Alert }),
  /** When the sender says that an alert of the incident is over. */
  event('alert.resolved', { alert: Alert }),
  /** When an alert is a symptom of what the open incident is about: it is told, and keeps nothing open. */
  event('alert.inhibited', { alert: Alert, reason: z.string() }),
  /**
   * When an alert is stored and leads to nothing, with the reason. Stream `intake/…`, or that of an incident in whose time
   * it came. `held` when it was silenced or flaps: it is looked at again at `until`.
   */
  event('alert.ignored', {
    alert: Alert,
    reason: z.string(),
    held: z.enum(['silenced', 'flapping']).optional(),
    until: z.string().nullable().optional(),
  }),
  /** When a person says that alerts shall open nothing for a while. Stream `silence/<id>`. */
  event('silence.added', { silence: Silence, ...click }),
  /** When a person ends a silence before its time; what it held back is decided on anew. Stream `silence/<id>`. */
  event('silence.ended', { id: z.string(), by: Person, ...click }),
  /** When a runbook begins; the run keeps this copy of it. */
  event('run.started', { run: z.int().positive(), runbook: Runbook, by: Actor }),
  /** When a step has a plan for people to decide on. */
  event('step.planned', {
    ...attempt,
    plan: Plan,
    hash: z.string(),
    expiresAt: z.string(),
    /** What differs from the plan that was on the screen before; empty for a first plan. */
    differs: z.array(z.string()),
  }),
  /** When a plan on the screen is no longer valid, or the approval of its first person is void, and it will be made anew. */
  event('step.outdated', {
    ...attempt,
    reason: z.enum(['expired', 'drifted', 'withdrawn']),
    differs: z.array(z.string()),
    /** Who took an approval back. */
    by: Actor.optional(),
    ...decided,
  }),
  /** When a step is passed over, by a person or because there is nothing to do. */
  event('step.skipped', {
    ...attempt,
    by: Actor,
    reason: z.string(),
    /** It is for another cause than the one that was named: nothing that people have to read. */
    passedBy: z.boolean().optional(),
    ...decided,
  }),
  /** When a person changes which targets of the plan on the screen would be acted on; nothing is done yet. */
  event('targets.chosen', {
    ...attempt,
    hash: z.string(),
    targets: z.array(z.string()).min(1),
    by: Person,
    ...click,
  }),
  /** When the first of two people approves exactly this plan and selection; nothing is done yet. */
  event('approval.recorded', { ...attempt, hash: z.string(), selection: Selection, by: Person, ...decided }),
  /** When an authorised person, or a policy, approves exactly this plan and selection; the second of two, with the first. */
  event('decision.recorded', {
    ...attempt,
    hash: z.string(),
    selection: Selection,
    by: Actor,
    first: Person.optional(),
    ...decided,
  }),
  /** When somebody's decision is not accepted, once for each person, try and reason. */
  event('decision.refused', { ...attempt, by: Actor, choice: z.string(), reason: z.string(), ...click }),
  /**
   * When people are about to be reminded of what waits for them: written before anything is sent, so that it is sent by
   * one process, once for each level and waiting.
   */
  event('decision.reminded', {
    ...attempt,
    level: ReminderLevel,
    waitsFor: z.enum(['decision', 'second-person', 'attention']),
    /** Since when it waits; names the waiting. */
    since: z.string(),
    /** Slack user ids of who may decide. */
    mayDecide: z.array(z.string()),
    /** Id of the Slack user group that is called. */
    group: z.string().nullable(),
    onCall: z.array(
      z.object({ name: z.string(), slackId: z.string().nullable(), until: z.string().nullable() }),
    ),
    /** Why it is not known who is on call. */
    onCallProblem: z.string().nullable(),
    /** The page that is about to be sent; the same key again is the same page. */
    page: z.object({ pager: z.string(), dedupeKey: z.string() }).nullable(),
  }),
  /** When a pager took a page. */
  event('page.sent', { dedupeKey: z.string(), reference: z.string() }),
  /** When a pager did not take a page, or did not take it back. */
  event('page.failed', {
    dedupeKey: z.string(),
    doing: z.enum(['page', 'acknowledge', 'resolve']),
    fault: Fault,
  }),
  /** When a pager was told that somebody took charge after the page. */
  event('page.acknowledged', { dedupeKey: z.string() }),
  /** When a page was taken back, as what waited waits no longer. */
  event('page.resolved', { dedupeKey: z.string() }),
  /** When the effect is about to start; without a completion its outcome is unknown. */
  event('effect.intended', { ...attempt, instance: z.string() }),
  /** When the effect ended, or was found to have happened after a crash. */
  event('effect.completed', { ...attempt, outcome: Outcome, reconciled: z.boolean() }),
  /** When measurement said what the effect was worth. */
  event('step.verified', { ...attempt, verdict: Verdict }),
  /** When a step could not go on. */
  event('step.failed', { ...attempt, phase: Phase, fault: Fault }),
  /** When a step ends: what was read of the load until then, as far as no verdict has it. */
  event('load.measured', { series: z.array(Series) }),
  /** When a person accepts a step that failed or proved nothing, and goes on. */
  event('step.accepted', { ...attempt, by: Actor, ...decided }),
  /** When a person goes back to an earlier step, or tries the present one again. */
  event('run.rewound', { to: z.string(), by: Actor, ...decided }),
  /** When every step has ended. */
  event('run.completed', { run: z.int() }),
  /** When a person stops the run. */
  event('run.aborted', { run: z.int(), by: Actor, reason: z.string(), ...decided }),
  /** When a person takes charge of the incident, from whoever had it before. */
  event('charge.taken', { by: Person, from: Person.optional(), ...click }),
  /** When whoever is in charge hands the incident over. */
  event('charge.handed-over', { by: Person, to: Person, ...click }),
  /** When people are asked to help, or join. */
  event('responder.added', { by: Person, who: z.array(Person).min(1), ...click }),
  /** When a person puts a message of the chat into the timeline; the same message once. */
  event('note.added', { ...Note.shape, ...click }),
  /** When diagnosis named causes, best first. */
  event('cause.named', { causes: z.array(Cause).min(1) }),
  /** When the load is proved to be gone. */
  event('incident.mitigated', { evidence: z.string() }),
  /** When the recovery contract holds. */
  event('incident.recovered', { evidence: z.string() }),
  /** When nothing is left to do. */
  event('incident.closed', { by: Actor, reason: z.string(), ...click }),
  /** When a person asks for the post-mortem of a closed incident: its first version, or a further one. */
  event('postmortem.requested', { number: z.int().positive(), by: Person, ...click }),
  /** When the impact was measured and the audits were asked: with the journal until then, the whole document. */
  event('postmortem.written', { number: z.int().positive(), measured: Measured }),
  /** When somebody records what a rehearsal came to. Stream `drills`. */
  event('drill.recorded', { ...DrillRecord.shape }),
  /** When the audits ran at a time of their schedule. Stream `audits`. */
  event('audits.digested', { ...AuditDigest.shape }),
  /** When something is to be done so that an incident does not come back. Stream `follow-ups`, as everything of them. */
  event('follow-up.added', {
    id: z.string(),
    ...FollowUpDraft.shape,
    owner: Person.nullable(),
    due: z.string().nullable(),
    by: Actor,
    ...click,
  }),
  /** When a further incident finds the same missing; what was done or dropped is open again by it. */
  event('follow-up.named', { id: z.string(), incident: z.string() }),
  /** When a person says who looks after it; null for nobody. */
  event('follow-up.assigned', { id: z.string(), owner: Person.nullable(), by: Person, ...click }),
  /** When a person says by which day it shall be done; null for none. */
  event('follow-up.scheduled', { id: z.string(), due: z.string().nullable(), by: Person, ...click }),
  /** When it is done, dropped or open again: by its audits, then with the time at which they were read, or by a person. */
  event('follow-up.settled', {
    id: z.string(),
    to: FollowUpStatus,
    by: Actor,
    because: z.string(),
    reading: z.string().nullable(),
    ...click,
  }),
  /** When somebody may not change follow-ups, once for each person and wish. */
  event('follow-up.refused', { wish: z.string(), by: Actor, reason: z.string() }),
  /** When the digest of a time of the schedule is due; `today` is the day in the zone of the team. */
  event('follow-ups.digested', { slot: z.string(), today: z.string() }),
  /**
   * When a process begins to watch by a policy whose terms or mode are not the ones that were written down last: the
   * decision by which it acts. Stream `watchdog`, as everything of the watchdog.
   */
  event('watchdog.enabled', { policy: z.string(), mode: WatchdogMode, terms: WatchdogTerms, by: Actor }),
  /** When a policy that only reports would have ended these sessions. */
  event('watchdog.reported', { ...WatchdogAction.shape }),
  /** When a policy is about to end these sessions; without an end of it what became of them is unknown. */
  event('watchdog.intended', { ...WatchdogAction.shape, by: Actor, instance: z.string() }),
  /** When it is known what became of them. */
  event('watchdog.ended', { policy: z.string(), id: z.string(), results: z.array(WatchdogResult).min(1) }),
  /** When a person stops a policy or starts it again, or the policy stops itself, as a culprit keeps coming back. */
  event('watchdog.switched', {
    policy: z.string(),
    to: z.enum(['stopped', 'running']),
    by: Actor,
    reason: z.string(),
    /** The incident in which it is decided what stops the culprit from coming back, or null. */
    incident: z.string().nullable(),
    ...click,
  }),
  /** When somebody may not switch a policy, once for each person and wish. */
  event('watchdog.refused', {
    policy: z.string(),
    to: z.enum(['stopped', 'running']),
    by: Actor,
    reason: z.string(),
  }),
  /** When a process finds that entries which it had written are gone, as after a failover to a replica without them. */
  event('journal.lost', {
    /** The last entry that it knew. */
    position: z.int().positive(),
    hash: z.string(),
    instance: z.string(),
  }),
  /** When a backup is restored into an empty state: everything before is as it was when the backup was taken. */
  event('journal.restored', {
    /** The last entry of the backup. */
    position: z.int().nonnegative(),
    hash: z.string(),
    takenAt: z.string(),
    by: Actor,
  }),
  /** When the content of old entries was removed, as the policy says. Stream `journal`. */
  event('journal.pruned', {
    policy: RetentionPolicy,
    by: Actor,
    /** How many entries of each stream lost their content: all that it had. */
    streams: z.record(z.string(), z.int().positive()),
    /** How many stored alerts were deleted with them. */
    alerts: z.int().nonnegative(),
  }),
]);
export type DomainEvent = z.infer<typeof DomainEvent>;
export type EventType = DomainEvent['type'];
export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

/** Types whose events change no incident, in whatever stream they stand. */
const besideIncidents = [
  'silence.added',
  'silence.ended',
  'drill.recorded',
  'audits.digested',
  'follow-up.added',
  'follow-up.named',
  'follow-up.assigned',
  'follow-up.scheduled',
  'follow-up.settled',
  'follow-up.refused',
  'follow-ups.digested',
  'watchdog.enabled',
  'watchdog.reported',
  'watchdog.intended',
  'watchdog.ended',
  'watchdog.switched',
  'watchdog.refused',
  'journal.lost',
  'journal.restored',
  'journal.pruned',
] as const satisfies readonly EventType[];
type BesideIncidents = EventOf<(typeof besideIncidents)[number]>;

/** An event that may be of an incident. */
export type IncidentEvent = Exclude<DomainEvent, BesideIncidents>;

export function isIncidentEvent(event: DomainEvent): event is IncidentEvent {
  return !besideIncidents.some((type) => type === event.type);
}

/** An event as the journal holds it. */
export interface RecordedEvent {
  /** Place in the whole journal, from 1 without gaps. */
  readonly position: number;
  /** Incident id, or what the event's description names, such as `silence/<id>`. */
  readonly stream: string;
  /** Place in the stream, from 1 without gaps. */
  readonly version: number;
  /** ISO 8601, the state database's clock. */
  readonly at: string;
  /** Hash of its entry: with the position it is an anchor of the journal. */
  readonly hash: string;
  readonly event: DomainEvent;
}
