import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../cli/testing/command.ts';
import { runCommand } from '../programs/command.ts';
import { testPython } from '../python/fixtures/python.ts';
import { startCollector } from './collector.test-world.ts';
import { convertAll, lost, type Row } from './converted.test-world.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SDK = {
  requirements: here('./sdk/requirements.txt'),
  needs: 'the test that sends with OpenTelemetry’s SDK for Python needs',
};
const REQUESTS = 40;
/** Of the resource. */
const HOST = { 'host.name': 'shelf-3' };

type Attributes = Readonly<Record<string, unknown>>;
interface Sent {
  readonly spans: {
    readonly trace_id: string;
    readonly span_id: string;
    readonly name: string;
    readonly attributes: Attributes;
  }[];
  readonly logs: {
    readonly body: unknown;
    readonly severity: number;
    readonly span_id: string;
    readonly attributes: Attributes;
  }[];
  readonly points: {
    readonly name: string;
    readonly type: string;
    readonly buckets: number;
    readonly attributes: Attributes;
  }[];
}

const labelled = (labels: Attributes) => new Set(Object.entries(labels).map((pair) => pair.join('=')));

/** Rows of a point: a histogram is its sum, its count, and its buckets, unless they are exponential. */
const rowsOfPoint = ({ type, buckets }: Sent['points'][number]): number =>
  type === 'Histogram' ? 2 + buckets : type === 'ExponentialHistogram' ? 2 : 1;

test('what OpenTelemetry’s SDK for Python sends becomes valid events: every record one, with all its attributes', async (t) => {
  const python = await testPython(t, SDK);
  if (!python) return;
  const folder = await makeFolder(t);
  const collector = await startCollector(t, folder);
  if (!collector) return;
  const args = [here('./sdk/send.py'), `http://${collector.otlp}`, String(REQUESTS)];
  const { code, stdout, stderr } = await runCommand({ file: python, args });
  assert.equal(code, 0, stderr);
  const sent = JSON.parse(stdout) as Sent;
  assert.equal(sent.spans.length, REQUESTS * 5);
  await collector.holds({ traces: sent.spans.length, logs: sent.logs.length, metrics: sent.points.length });

  const metrics = sent.points.reduce((sum, point) => sum + rowsOfPoint(point), 0);
  const rows = { traces: sent.spans.length, logs: sent.logs.length, metrics };
  const { manifest, flat, values } = await convertAll(t, { folder, source: collector.source, rows });
  t.diagnostic(`${rows.traces} spans, ${rows.logs} lines and ${rows.metrics} samples, all valid`);

  const spans = new Map(flat.traces.map((row) => [row.span_id, row]));
  assert.deepEqual([...spans.keys()].sort(), sent.spans.map(({ span_id }) => span_id).sort());
  for (const { span_id, trace_id, name, attributes } of sent.spans) {
    const row = spans.get(span_id) as Row;
    assert.deepEqual([row.trace_id, row.span_name, row.service], [trace_id, name, 'shop']);
    assert.deepEqual(lost({ ...attributes, ...HOST }, values.get(row.event_uid as string)), [], name);
  }
  const kinds = { 'http.server': 1, 'http.client': 1, 'db.query': 1, 'queue.publish': 1, internal: 1 };
  for (const [kind, count] of Object.entries(kinds))
    assert.equal(manifest.kinds[kind], count * REQUESTS, kind);

  const bodies = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));
  const lines = flat.logs.map(({ message, span_id }) => `${message} ${span_id ?? '0'.repeat(16)}`);
  assert.deepEqual(lines.sort(), sent.logs.map(({ body, span_id }) => `${bodies(body)} ${span_id}`).sort());
  for (const { body, span_id, attributes } of sent.logs) {
    const row = flat.logs.find(
      (each) => each.message === bodies(body) && (each.span_id ?? '0'.repeat(16)) === span_id,
    );
    assert.deepEqual(
      lost({ ...attributes, ...HOST }, values.get(row?.event_uid as string)),
      [],
      bodies(body),
    );
  }
  const failed = flat.traces.filter(({ error_type }) => error_type === 'ValueError');
  assert.equal(failed.length, REQUESTS / 10);
  assert.ok(
    failed.every(
      ({ status_id, error_message }) => status_id === 2 && /^no price for \d+$/.test(String(error_message)),
    ),
  );

  const series = flat.metrics.map(({ metric_name, labels }) => [metric_name, JSON.parse(labels as string)]);
  for (const { name, type, attributes } of sent.points) {
    const of = type.endsWith('Histogram') ? `${name}_count` : name;
    const found = series.filter(
      ([each, labels]) => each === of && lost(attributes, labelled(labels)).length === 0,
    );
    assert.equal(found.length, 1, `${name} ${JSON.stringify(attributes)}`);
  }
});
