import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { PbfWriter } from 'pbf';
import { convertPrometheus } from '../convert-prometheus.ts';
import { parseRunId } from '../run/run-id.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import { Prometheus } from './api.ts';
import { findPrometheus, launch, scraped, serve } from './server.test-world.ts';

const DELIMITED =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const HISTOGRAM = 4;

const message = (write: (pbf: PbfWriter) => void): Uint8Array => {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish();
};

/** `size`, a native histogram of schema 0 (bounds are powers of two), in the exposition format that can hold one. */
function page(): Buffer {
  const histogram = message((pbf) => {
    pbf.writeVarintField(1, 10); // sample_count
    pbf.writeDoubleField(2, 25.5); // sample_sum
    pbf.writeSVarintField(5, 0); // schema
    pbf.writeDoubleField(6, 0.25); // zero_threshold
    pbf.writeVarintField(7, 2); // zero_count
    const span = (offset: number, length: number) =>
      message((inner) => {
        inner.writeSVarintField(1, offset);
        inner.writeVarintField(2, length);
      });
    pbf.writeBytesField(9, span(1, 1)); // negative: [-2, -1) has 1
    pbf.writeSVarintField(10, 1);
    pbf.writeBytesField(12, span(0, 1)); // positive: (0.5, 1] has 3
    pbf.writeBytesField(12, span(1, 1)); // and, one further on, (2, 4] has 4
    pbf.writeSVarintField(13, 3);
    pbf.writeSVarintField(13, 1);
  });
  const family = message((pbf) => {
    pbf.writeStringField(1, 'size');
    pbf.writeStringField(2, 's');
    pbf.writeVarintField(3, HISTOGRAM);
    pbf.writeBytesField(
      4,
      message((metric) => metric.writeBytesField(7, histogram)),
    );
  });
  return Buffer.concat([message((pbf) => pbf.writeVarint(family.length)), family]);
}

test('a native histogram of a real server becomes sum, count and the buckets that it has', async (t) => {
  const program = await findPrometheus(t);
  if (!program) return;
  const service = await serve(t, (_, response) => response.setHeader('content-type', DELIMITED).end(page()));
  const flags = ['--enable-feature=native-histograms'];
  const url = await launch({ t, program, target: new URL(service).host, flags });
  const [at = 0] = await scraped({ url, selector: 'size', times: 2 });

  const folder = await mkdtemp(join(tmpdir(), 'native-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [raw, datasets] = [openStore(folder), new MemoryStore()];
  const { record } = await convertPrometheus({
    ...{ raw, runId: parseRunId('mine'), workers: 1, versions: {} },
    ...{ prometheus: new Prometheus({ url }), match: 'size', sinceMs: at, untilMs: at + 1 },
  });
  await sealRun({ raw, datasets, record });
  const file = (await datasets.get('mine/ocsf_metrics.parquet')).slice().buffer;
  const rows = await parquetReadObjects({ file, compressors });
  const samples = rows.map(({ metric_name, labels, metric_value, metric_type, metric_temporality, time }) => {
    assert.deepEqual([Number(time), metric_type, metric_temporality], [at, 'histogram', 'cumulative']);
    return `${metric_name} ${JSON.parse(labels).le ?? ''} ${metric_value}`;
  });
  assert.deepEqual(samples.sort(), [
    ...['size_bucket +Inf 10', 'size_bucket -0.25 1', 'size_bucket -1 1', 'size_bucket -2 0'],
    ...['size_bucket 0.25 3', 'size_bucket 0.5 3', 'size_bucket 1 6', 'size_bucket 2 6', 'size_bucket 4 10'],
    ...['size_count  10', 'size_sum  25.5'],
  ]);
});
