/**
 * A dataset in TypeScript: npx tsx examples/load.ts data/latest
 * Needs hyparquet, and hyparquet-compressors for zstd.
 */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const folder = process.argv[2] ?? 'data/latest';
const fileOf = (name: string) => asyncBufferFromFile(`${folder}/ocsf_${name}.parquet`);

for (const name of ['logs', 'traces', 'metrics', 'changes']) {
  const { num_rows } = await parquetMetadataAsync(await fileOf(name));
  console.log(`${name}: ${num_rows} rows`);
}

// Who calls whom, by the spans: a server span's parent is the client span of the caller.
const columns = ['event_kind', 'service', 'span_id', 'parent_span_id', 'duration', 'status_id'];
const spans = await parquetReadObjects({ file: await fileOf('traces'), columns, compressors });
const serviceOf = new Map(spans.map(({ span_id, service }) => [span_id, service]));
const calls = new Map<string, { calls: number; failed: number; ms: number }>();
for (const { event_kind, service, parent_span_id, duration, status_id } of spans) {
  if (event_kind !== 'http.server' && event_kind !== 'queue.job') continue;
  const key = `${serviceOf.get(parent_span_id) ?? '(outside)'} → ${service}`;
  const sum = calls.get(key) ?? { calls: 0, failed: 0, ms: 0 };
  sum.calls++;
  sum.ms += duration;
  if (status_id === 2) sum.failed++;
  calls.set(key, sum);
}
for (const [key, { calls: count, failed, ms }] of calls)
  console.log(`${key}: ${count} calls, ${failed} failed, ${(ms / count).toFixed(1)} ms on average`);
