import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeFolder } from '../cli/testing/command.ts';
import { runCommand } from '../programs/command.ts';
import { resolveProgram } from '../programs/resolve.ts';
import { startCollector } from './collector.test-world.ts';
import { convertAll, lost } from './converted.test-world.ts';

const COUNT = 150;
const WORKERS = 2;
const CHILDREN = 3;
/** Of the resource, and of the records. */
const RESOURCE = { 'cloud.region': 'north', 'k8s.pod.name': 'shop-5d7f' };
const ATTRIBUTES = { tenant: 'blue', shard: 7, trial: true, zones: ['north', 'south'] };
/** Rows that a point of a type becomes; its histograms have 16 buckets. */
const METRICS = { Gauge: 1, Sum: 1, Histogram: 2 + 16, ExponentialHistogram: 2 } as const;

/** Undefined, and the test is skipped, where it is neither there nor may be built: that takes a minute. */
async function findTelemetrygen(t: TestContext): Promise<string | undefined> {
  try {
    return (await resolveProgram('telemetrygen', { build: Boolean(process.env.CI) })).path;
  } catch (error) {
    if (process.env.CI) throw error;
    t.skip((error as Error).message);
    return undefined;
  }
}

const flagsOf = (flag: string, attributes: object): string[] =>
  Object.entries(attributes).flatMap(([name, value]) => [flag, `${name}=${JSON.stringify(value)}`]);

/** Runs it to its end. @returns how many it says that it has generated */
async function generate(
  program: string,
  otlp: string,
  signal: string,
  flags: readonly string[] = [],
): Promise<number> {
  const attributes = [
    ...flagsOf('--telemetry-attributes', ATTRIBUTES),
    ...flagsOf('--otlp-attributes', RESOURCE),
  ];
  const each = [`--${signal}`, String(COUNT), '--workers', String(WORKERS), '--rate', '0'];
  const to = ['--otlp-http', '--otlp-insecure', '--otlp-endpoint', otlp, '--service', 'shop'];
  const args = [signal, ...each, ...to, ...attributes, ...flags];
  const { code, stdout, stderr } = await runCommand({ file: program, args, timeoutMs: 60_000 });
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /export: /, 'it goes on when an export fails');
  const said = [...`${stdout}${stderr}`.matchAll(/ generated\t\{"worker": \d+, "\w+": (\d+)\}/g)].map(
    ([, count]) => Number(count),
  );
  assert.equal(said.length, WORKERS, stderr);
  return said.reduce((sum, count) => sum + count, 0);
}

test('what telemetrygen sends becomes valid events: every record one, with all its attributes', async (t) => {
  const program = await findTelemetrygen(t);
  if (!program) return;
  const folder = await makeFolder(t);
  const collector = await startCollector(t, folder);
  if (!collector) return;
  const failing = ['--status-code', 'Error', '--child-spans', String(CHILDREN), '--span-links', '1'];
  const traces = (1 + CHILDREN) * (await generate(program, collector.otlp, 'traces', failing));
  const logs = await generate(program, collector.otlp, 'logs', [
    '--severity-number',
    '17',
    '--severity-text',
    'Error',
  ]);
  const points = new Map<keyof typeof METRICS, number>();
  for (const type of Object.keys(METRICS) as (keyof typeof METRICS)[]) {
    const flags = ['--metric-type', type, '--otlp-metric-name', `gen.${type}`];
    points.set(type, await generate(program, collector.otlp, 'metrics', flags));
  }
  const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);
  await collector.holds({ traces, logs, metrics: sum(points.values()) });

  const metrics = sum([...points].map(([type, count]) => count * METRICS[type]));
  const rows = { traces, logs, metrics };
  const { flat, values } = await convertAll(t, { folder, source: collector.source, rows });
  t.diagnostic(`${traces} spans, ${logs} lines and ${metrics} samples, all valid`);
  for (const row of [...flat.traces, ...flat.logs, ...flat.metrics]) {
    assert.equal(row.service, 'shop');
    assert.deepEqual(
      lost({ ...ATTRIBUTES, ...RESOURCE }, values.get(row.event_uid as string)),
      [],
      String(row.message),
    );
  }
  const roots = flat.traces.filter(
    ({ parent_span_id }) => parent_span_id === null || parent_span_id === undefined,
  );
  assert.equal(roots.length, traces / (1 + CHILDREN));
  assert.equal(new Set(flat.traces.map(({ trace_id }) => trace_id)).size, roots.length);
  assert.ok(flat.traces.every(({ status_id, severity_id }) => status_id === 2 && severity_id === 4));
  assert.ok(flat.logs.every(({ level, class_uid }) => level === 'error' && class_uid === 6008));
  for (const [type, count] of points) {
    const name = type.endsWith('Histogram') ? `gen.${type}_count` : `gen.${type}`;
    assert.equal(flat.metrics.filter(({ metric_name }) => metric_name === name).length, count, name);
  }
});
