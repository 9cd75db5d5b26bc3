import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** Values of BullMQ's SpanKind, which is an enum of its own. */
const internalKind = 0;

/** A span that is none: it leaves the context as it is, so that nothing below it begins a trace either. */
const noSpan = {
  setSpanOnContext: (context: unknown) => context,
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};

/**
 * bullmq-otel for jobs alone: a job is published and processed in spans, and the context travels in it. What a queue does
 * on its own (fetching, renewing locks, looking for stalled jobs) would begin a trace every few seconds and tell of no
 * request.
 */
export function queueTelemetry(): Telemetry {
  const telemetry = new BullMQOtel('bullmq') as unknown as Telemetry;
  return {
    contextManager: telemetry.contextManager,
    tracer: {
      startSpan: (name, options, context) => {
        const parent = trace.getSpan(context ?? telemetry.contextManager.active() ?? ROOT_CONTEXT);
        if (options?.kind === internalKind && parent === undefined) return noSpan;
        return telemetry.tracer.startSpan(name, options, context);
      },
    },
  };
}
