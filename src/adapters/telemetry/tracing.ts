import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { EndedSpan } from './spans.ts';

/** Where a span belongs. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

/** Sends spans over OTLP/HTTP. */
export interface Tracing {
  /** Runs work as a span below another; the work is told its own. A throw marks the span, by its code only. */
  span<T>(
    parent: SpanRef,
    options: { readonly name: string; readonly attributes: Record<string, string>; readonly calls?: true },
    run: (span: SpanRef) => Promise<T>,
  ): Promise<T>;
  /** Tells of a span that is over. */
  ended(span: EndedSpan): void;
  /** Sends what is left, for at most some seconds. */
  stop(): Promise<void>;
}

/**
 * Where to and how is in the variables of the OpenTelemetry specification (OTEL_EXPORTER_OTLP_ENDPOINT, …_HEADERS,
 * OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER), which the SDK reads itself. A collector that is away costs the spans.
 */
export function createTracing(version: string): Tracing {
  const ids = new RandomIdGenerator();
  /** The ids of the span that is being started; the SDK asks for them at once. */
  let wanted: Partial<SpanRef> = {};
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'firebreak', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    idGenerator: {
      generateTraceId: () => wanted.traceId ?? ids.generateTraceId(),
      generateSpanId: () => wanted.spanId ?? ids.generateSpanId(),
    },
  });
  const tracer = provider.getTracer('firebreak', version);

  function end(span: Span, error?: unknown): void {
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
    span.end();
  }

  return {
    async span(parent, { name, attributes, calls }, run) {
      const kind = calls === true ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const span = tracer.startSpan(name, { kind, attributes }, below(parent));
      try {
        const result = await run(span.spanContext());
        end(span);
        return result;
      } catch (error) {
        end(span, error ?? 'unknown');
        throw error;
      }
    },
    ended({ name, traceId, spanId, parentId, startedAt, endedAt, attributes, failed }) {
      wanted = { traceId, ...(spanId === null ? {} : { spanId }) };
      const options = { startTime: startedAt, attributes: { ...attributes }, root: parentId === null };
      const context = parentId === null ? ROOT_CONTEXT : below({ traceId, spanId: parentId });
      const span = tracer.startSpan(name, options, context);
      wanted = {};
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endedAt);
    },
    stop: async () => provider.shutdown().catch(() => undefined),
  };
}

function below({ traceId, spanId }: SpanRef) {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** Words of the code: the message of an error may hold somebody's data. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'error';
}
