import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { register } from 'prom-client';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { SpanQueue } from './span-queue.ts';

interface Account {
  ended: number;
  exported: number;
  queueFull: number;
  exportFailed: number;
  waiting: number;
}

async function account(): Promise<Account> {
  const of = async (name: string, reason?: string) => {
    const values = (await register.getSingleMetric(name)?.get())?.values ?? [];
    return (
      values.find(({ labels }) => reason === undefined || (labels as { reason?: string }).reason === reason)
        ?.value ?? Number.NaN
    );
  };
  return {
    ended: await of('telemetry_spans_ended_total'),
    exported: await of('telemetry_spans_exported_total'),
    queueFull: await of('telemetry_spans_dropped_total', 'queue_full'),
    exportFailed: await of('telemetry_spans_dropped_total', 'export_failed'),
    waiting: await of('telemetry_spans_waiting'),
  };
}

test('every span that ends is exported, waiting, or counted as dropped', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(receiver.close);
  const queue = new SpanQueue({
    exporter: new OTLPTraceExporter({ url: `${receiver.url}/v1/traces`, timeoutMillis: 2_000 }),
    capacity: 10,
    exportTimeout: 2_000,
  });
  const provider = new TracerProvider({ spanProcessors: [queue] });
  const tracer = provider.getTracer('test');
  const end = (count: number) => {
    for (let n = 0; n < count; n += 1) tracer.startSpan(`span ${n}`).end();
  };
  assert.deepEqual(await account(), { ended: 0, exported: 0, queueFull: 0, exportFailed: 0, waiting: 0 });

  end(4);
  await queue.forceFlush();
  assert.deepEqual(await account(), { ended: 4, exported: 4, queueFull: 0, exportFailed: 0, waiting: 0 });
  assert.equal(receiver.spans.length, 4);

  // The tenth span fills a batch, which leaves at once; ten more fill the queue; five find no room.
  end(25);
  const full = await account();
  assert.deepEqual(full, { ended: 29, exported: 4, queueFull: 5, exportFailed: 0, waiting: 10 });
  await queue.forceFlush();

  receiver.refusing = true;
  end(3);
  await queue.forceFlush().catch(() => {});
  const refused = await account();
  assert.equal(refused.exportFailed, 3);

  receiver.refusing = false;
  await provider.shutdown();
  const { ended, exported, queueFull, exportFailed, waiting } = await account();
  assert.equal(ended, exported + queueFull + exportFailed + waiting);
  assert.equal(receiver.spans.length, exported);
});
