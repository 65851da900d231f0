import { errorCodeOf, isFirebreakError } from '../../domain/errors.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { currentRun, type Incident } from '../../domain/incident.ts';
import { alertTraceId, attemptSpanId, incidentSpanId, traceIdOf } from '../../domain/trace-id.ts';
import type { Logger } from '../../ports/logger.ts';
import type { IncidentWork, Telemetry } from '../../ports/telemetry.ts';
import { type Context, currentContext, within } from './context.ts';
import { countEvents } from './count-events.ts';
import { createMetrics } from './metrics.ts';
import { setGauges } from './set-gauges.ts';
import { endedSpans, incidentAttributes } from './spans.ts';
import type { Tracing } from './tracing.ts';

export interface TelemetryOptions {
  readonly version: string;
  /** Names of the sources and databases, whose metrics are there from the start. */
  readonly sources: readonly string[];
  readonly databases: readonly string[];
  readonly logger: Logger;
  /** Whether an OTLP endpoint is configured; without one nothing of OpenTelemetry's SDK is loaded. */
  readonly traced: boolean;
}

/** Metrics, traces, and a line of the log for each entry of the journal. */
export async function createTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { version, logger, sources, databases } = options;
  const metrics = createMetrics(version);
  for (const source of sources) metrics.requests.inc({ source, status: '202' }, 0);
  const tracing: Tracing | null = options.traced
    ? (await import('./tracing.ts')).createTracing(version)
    : null;

  return {
    recorded(incident, events) {
      for (const recorded of events) logger.info(entryFields(incident, recorded), 'recorded');
      countEvents(metrics, incident, events);
      if (tracing === null || incident === null) return;
      for (const span of endedSpans(incident, events)) tracing.ended(span);
    },

    async during(incident, work, run) {
      const fields = workFields(incident, work);
      if (tracing === null) return await within({ fields, span: null }, run);
      const parent = { traceId: traceIdOf(incident), spanId: parentIdOf(incident, work) };
      const span = { name: work.name, attributes: incidentAttributes(incident) };
      return await tracing.span(parent, span, async (own) => within({ fields, span: own }, run));
    },

    async call(system, operation, run) {
      const end = metrics.callSeconds.startTimer({ system });
      try {
        const result = await spanned(tracing, currentContext(), `${system} ${operation}`, run);
        metrics.calls.inc({ system, operation, code: 'ok' });
        return result;
      } catch (error) {
        metrics.calls.inc({ system, operation, code: codeOf(error) });
        throw error;
      } finally {
        end();
      }
    },

    async work(kind, run) {
      try {
        const result = await run();
        metrics.work.inc({ kind, result: result === 'busy' ? 'busy' : 'done' });
        return result;
      } catch (error) {
        metrics.work.inc({ kind, result: 'failed' });
        throw error;
      }
    },

    answered(source, status, seconds) {
      const known = source ?? 'unknown';
      metrics.requests.inc({ source: known, status: String(status) });
      metrics.requestSeconds.observe(seconds);
      if (status >= 200 && status < 300) metrics.lastStored.set({ source: known }, Date.now() / 1_000);
    },

    async exposition(readings) {
      setGauges(metrics, readings, databases);
      return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
    },

    async stop() {
      await tracing?.stop();
    },
  };
}

/** A call in the work of an incident is a span of its own; what nobody asked for in an incident is not traced. */
async function spanned<T>(
  tracing: Tracing | null,
  context: Context | null,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  if (tracing === null || context === null || context.span === null) return await run();
  const { fields, span } = context;
  return await tracing.span(span, { name, attributes: {}, calls: true }, async (own) =>
    within({ fields, span: own }, run),
  );
}

function parentIdOf(incident: Incident, { attempt }: IncidentWork): string {
  const run = currentRun(incident);
  return attempt === undefined || run === undefined
    ? incidentSpanId(incident)
    : attemptSpanId(incident, run.number, attempt);
}

function workFields(incident: Incident, { name, attempt }: IncidentWork): Context['fields'] {
  const { step, attempt: number } = attempt ?? {};
  return {
    traceId: traceIdOf(incident),
    incidentId: incident.id,
    ...(step === undefined || number === undefined ? {} : { step, attempt: number }),
    work: name,
  };
}

/** What a line says of an entry: which one and whose, and nothing of its content but the person who decided. */
function entryFields(incident: Incident | null, { event, stream, position }: RecordedEvent): object {
  const alert = 'alert' in event ? event.alert : null;
  const traceId = incident === null ? (alert === null ? null : alertTraceId(alert)) : traceIdOf(incident);
  return {
    ...(traceId === null ? {} : { traceId }),
    ...(incident === null ? { stream } : { incidentId: incident.id }),
    event: event.type,
    position,
    ...('step' in event ? { step: event.step, attempt: event.attempt } : {}),
    ...(alert === null
      ? {}
      : { alert: alert.name, fingerprint: alert.fingerprint, alertTraceId: alertTraceId(alert) }),
    ...('by' in event && event.by?.kind === 'person' ? { by: event.by.id } : {}),
  };
}

/** A code of ours, or that a foreign error has one: Slack's and PostgreSQL's codes are few. */
function codeOf(error: unknown): string {
  if (isFirebreakError(error)) return error.code;
  if (error instanceof Error && error.name === 'AbortError') return 'aborted';
  return errorCodeOf(error) ?? 'error';
}
