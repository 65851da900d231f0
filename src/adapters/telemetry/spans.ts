import type { RecordedEvent } from '../../domain/event.ts';
import { currentRun, type Incident, type Run, type StepAttempt } from '../../domain/incident.ts';
import { attemptSpanId, incidentSpanId, traceIdOf } from '../../domain/trace-id.ts';

/** A span that is over when it is told, with an id that everybody knew before. */
export interface EndedSpan {
  readonly name: string;
  readonly traceId: string;
  /** Null where no span belongs to it: its id is then any. */
  readonly spanId: string | null;
  /** Null for the root. */
  readonly parentId: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
}

/** A sender may say any time: no alert is shown to have waited longer than this, in milliseconds. */
const LONGEST_WAIT_MS = 3_600_000;

/** The spans that end with these entries; the incident is as it is after them. */
export function endedSpans(incident: Incident, events: readonly RecordedEvent[]): EndedSpan[] {
  return events.flatMap(({ event, at }) => {
    const endedAt = new Date(at);
    switch (event.type) {
      case 'incident.opened':
        return event.alert === null ? [] : [alertSpan(incident, endedAt)];
      case 'step.verified':
        return event.verdict.status === 'passed' ? attemptSpan(incident, event, endedAt) : [];
      case 'step.skipped':
      case 'step.accepted':
        return attemptSpan(incident, event, endedAt);
      case 'incident.closed':
        return [incidentSpan(incident, endedAt)];
      default:
        return [];
    }
  });
}

/** What every span of an incident says of it. */
export function incidentAttributes({ id, database }: Incident): Record<string, string> {
  return { 'firebreak.incident': id, 'firebreak.database': database };
}

/** From when it fired, as its sender says, until it was durable and the incident open. */
function alertSpan(incident: Incident, endedAt: Date): EndedSpan {
  const [first] = incident.alerts;
  return {
    name: `alert ${first?.alert.name ?? ''}`,
    traceId: traceIdOf(incident),
    spanId: null,
    parentId: incidentSpanId(incident),
    startedAt: firedAt(incident),
    endedAt,
    attributes: { ...incidentAttributes(incident), 'firebreak.source': first?.alert.source ?? '' },
    failed: false,
  };
}

function incidentSpan(incident: Incident, endedAt: Date): EndedSpan {
  return {
    name: `incident ${incident.id}`,
    traceId: traceIdOf(incident),
    spanId: incidentSpanId(incident),
    parentId: null,
    startedAt: firedAt(incident),
    endedAt,
    attributes: { ...incidentAttributes(incident), 'firebreak.title': incident.title },
    failed: false,
  };
}

function firedAt({ alerts: [first], openedAt, openedBy }: Incident): Date {
  const opened = Date.parse(openedAt);
  const fired = openedBy.kind === 'system' ? Date.parse(first?.alert.startsAt ?? openedAt) : opened;
  const isLikely = fired <= opened && opened - fired <= LONGEST_WAIT_MS;
  return new Date(isLikely ? fired : opened);
}

/** From when it was its turn, waiting for people included. */
function attemptSpan(
  incident: Incident,
  ref: { readonly step: string; readonly attempt: number },
  endedAt: Date,
): EndedSpan[] {
  const run = currentRun(incident);
  const index = run?.attempts.findLastIndex(
    ({ step, attempt }) => step.id === ref.step && attempt === ref.attempt,
  );
  const attempt = run?.attempts[index ?? -1];
  if (run === undefined || index === undefined || attempt === undefined) return [];
  return [
    {
      name: `step ${ref.step}`,
      traceId: traceIdOf(incident),
      spanId: attemptSpanId(incident, run.number, ref),
      parentId: incidentSpanId(incident),
      startedAt: new Date(turnOf(run, index)),
      endedAt,
      attributes: {
        ...incidentAttributes(incident),
        'firebreak.step.kind': attempt.step.kind,
        'firebreak.step.attempt': attempt.attempt,
        'firebreak.step.result': resultOf(attempt),
      },
      failed: attempt.fault !== null && attempt.status !== 'passed',
    },
  ];
}

function turnOf({ attempts, startedAt }: Run, index: number): string {
  return attempts[index - 1]?.times.endedAt ?? startedAt;
}

function resultOf({ status, closing }: StepAttempt): string {
  return closing?.passedBy === true ? 'passed-by' : status;
}
