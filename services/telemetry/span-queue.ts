import type { Context } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { Counter, Gauge } from 'prom-client';
import { findAppRoot, relativePaths } from '../chassis/stack-paths.ts';

/** 2 s at 1,000 spans a second fill a batch; a worker under the heaviest load ends some hundreds a second. */
const batchSize = 2_048;
const batchDelay = 1_000;

const appRoot = findAppRoot(process.argv[1] ?? process.cwd());

const ended = new Counter({
  name: 'telemetry_spans_ended_total',
  help: 'Spans that ended and should be exported.',
});
const exported = new Counter({
  name: 'telemetry_spans_exported_total',
  help: 'Spans that the collector accepted.',
});
const dropped = new Counter({
  name: 'telemetry_spans_dropped_total',
  help: 'Spans lost: the queue was full, or the collector did not accept them.',
  labelNames: ['reason'] as const,
});
// Zero is a statement too: the series exist before the first loss.
dropped.inc({ reason: 'queue_full' }, 0);
dropped.inc({ reason: 'export_failed' }, 0);

/**
 * The SDK's batch processor, with the account that it does not give:
 * `ended = exported + dropped + waiting`. The queue's bound is kept here, in front of the processor's own, because
 * that one drops without a word.
 */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #capacity: number;
  #waiting = 0;

  constructor({
    exporter,
    capacity,
    exportTimeout,
  }: {
    exporter: SpanExporter;
    capacity: number;
    /** ms */
    exportTimeout: number;
  }) {
    this.#capacity = capacity;
    this.#batches = new BatchSpanProcessor({
      exporter: this.#counting(exporter),
      maxQueueSize: capacity,
      maxExportBatchSize: Math.min(batchSize, capacity),
      scheduledDelayMillis: batchDelay,
      // A little longer than the exporter's own, which retries meanwhile and then reports.
      exportTimeoutMillis: exportTimeout + 1_000,
    });
    const waiting = () => this.#waiting;
    new Gauge({
      name: 'telemetry_spans_waiting',
      help: 'Ended spans in the queue.',
      collect() {
        this.set(waiting());
      },
    });
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    ended.inc();
    if (this.#waiting >= this.#capacity) {
      dropped.inc({ reason: 'queue_full' });
      return;
    }
    showPathsRelative(span);
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #counting(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
        this.#waiting -= spans.length;
        exporter.export(spans, (result) => {
          if (result.code === ExportResultCode.SUCCESS) exported.inc(spans.length);
          else dropped.inc({ reason: 'export_failed' }, spans.length);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => exporter.forceFlush?.(),
    };
  }
}

/** Exceptions in spans carry stack traces: they lose the place of installation as the log's do. */
function showPathsRelative(span: ReadableSpan): void {
  for (const { attributes } of span.events) {
    const stack = attributes?.['exception.stacktrace'];
    if (attributes && typeof stack === 'string')
      attributes['exception.stacktrace'] = relativePaths(stack, appRoot);
    const message = attributes?.['exception.message'];
    if (attributes && typeof message === 'string')
      attributes['exception.message'] = relativePaths(message, appRoot);
  }
}
