/**
 * Preload of every service (`node --import telemetry.cjs <service>.cjs`): it must run before pg, ioredis, http and
 * fastify are loaded, since the instrumentations wrap them while they load.
 */
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace';
import { collectDefaultMetrics, register } from 'prom-client';
import { loadConfig, processFields } from '../chassis/config.ts';
import { reasonOf } from '../chassis/errors.ts';
import { processLog } from '../chassis/log.ts';
import { processState } from '../chassis/process-state.ts';
import { instrumentations } from './instrumentations.ts';
import { RegistryProducer } from './registry-producer.ts';
import { SpanQueue } from './span-queue.ts';

const metricsInterval = 5_000;
const exportTimeout = 30_000;

function start(): void {
  // Stack traces name the source that people edit.
  process.setSourceMapsEnabled(true);
  const config = loadConfig({ fields: processFields });
  const { service, version, environment, otlpEndpoint, spanQueueSize } = config;
  const state = processState({ service });
  const log = processLog({ service, version, level: config.logLevel });
  const endpoint = otlpEndpoint.replace(/\/$/, '');

  const complain = (message: string) => log.warn(`telemetry: ${complaint(message)}`);
  const ignore = () => {};
  diag.setLogger(
    { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN },
  );

  // Process, heap, garbage collection and event loop. The registry is the one that the service fills and /metrics shows.
  collectDefaultMetrics({ eventLoopMonitoringPrecision: 10 });
  const sdk = new NodeSDK({
    // Stated in full: detectors would add host names, paths and process arguments.
    autoDetectResources: false,
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': version,
      'service.instance.id': state.instance,
      'deployment.environment.name': environment,
    }),
    sampler: new AlwaysOnSampler(),
    textMapPropagator: new W3CTraceContextPropagator(),
    spanProcessors: [
      new SpanQueue({
        exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: exportTimeout }),
        capacity: spanQueueSize,
        exportTimeout,
      }),
    ],
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, timeoutMillis: metricsInterval }),
        exportIntervalMillis: metricsInterval,
        exportTimeoutMillis: metricsInterval,
        metricProducers: [new RegistryProducer({ register })],
      }),
    ],
    // Metrics are defined once, in the registry; those that the instrumentations would make are the same ones again.
    views: [{ instrumentName: '*', aggregation: { type: AggregationType.DROP } }],
    // Logs go to stdout.
    logRecordProcessors: [],
    instrumentations: instrumentations(),
  });
  sdk.start();
  state.stopTelemetry = () => sdk.shutdown();
}

/** The SDK reports an error as JSON text with its stack; the line wants the message alone. */
function complaint(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

try {
  start();
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}
