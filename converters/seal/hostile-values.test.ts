import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { convertRun } from '../convert.ts';
import { hostileAttributes, hostileLines, LINES, SPANS } from '../map/hostile-values.test-world.ts';
import { logRequest, spanRequest, TIME } from '../map/otlp.test-world.ts';
import type { RunRecord } from '../run/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { sealRun } from './seal.ts';

type Json = Record<string, unknown>;
const record: RunRecord = {
  ...{ schema_version: 1, run_id: 'hostile', state: 'complete', target: 'embedded', seed: 1, time_scale: 1 },
  window: { start_ms: TIME - 60_000, end_ms: TIME + 60_000 },
  raw: { prefix: 'raw', drained_ms: TIME + 60_000 },
  ...{ plan_hash: null, traffic: null, counters: {}, versions: {} },
};

/** Resource blocks of many requests as one request. */
const together = (requests: readonly Json[], name: string): Buffer =>
  Buffer.from(JSON.stringify({ [name]: requests.flatMap((request) => request[name]) }));

test('whatever a line or an attribute holds, the run is sealed, and every row can be read back', async () => {
  let count = 0;
  const logs = Object.keys(LINES).flatMap((kind) =>
    [...hostileLines(kind)].map(([, line]) =>
      logRequest(JSON.stringify(line.line === 7 ? { ...line, line: 100 + ++count } : line)),
    ),
  );
  const traces = Object.keys(SPANS).flatMap((kind) =>
    [...hostileAttributes(kind)].map(([, attributes]) => {
      const spanId = (++count).toString(16).padStart(16, '0');
      return spanRequest({ ...(SPANS[kind]?.[0] as Json), spanId }, attributes);
    }),
  );
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  const minute = new Date(TIME).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');
  await raw.put(`raw/${minute}/logs_x.json`, together(logs, 'resourceLogs'));
  await raw.put(`raw/${minute}/traces_x.json`, together(traces, 'resourceSpans'));
  await convertRun({ raw, record });
  const { ledger, files } = await sealRun({ raw, datasets, record });
  assert.equal(ledger.inputs.logs.read, logs.length);
  assert.equal(ledger.inputs.traces.read, traces.length);
  assert.equal(ledger.inputs.traces.duplicate, 0);
  assert.ok(
    ledger.inputs.traces.written > 0.95 * traces.length && ledger.inputs.logs.written > 0.9 * logs.length,
  );

  const seen = new Set<unknown>();
  let rows = 0;
  for (const { path } of files.filter((file) => /^ocsf_\w+\.parquet$/.test(file.path))) {
    const file = (await datasets.get(`hostile/${path}`)).slice().buffer;
    for (const row of await parquetReadObjects({ file, compressors })) {
      rows += 1;
      seen.add(row.event_uid);
      assert.ok(Number(row.time) === TIME, `${path}: ${row.event_kind} at ${row.time}`);
      for (const name of ['duration', 'metric_value']) {
        const value = row[name] as number | null;
        assert.ok(value === null || Number.isFinite(value), `${name} is ${value}`);
      }
    }
  }
  assert.equal(seen.size, rows);
  assert.equal(rows, ledger.inputs.logs.written + ledger.inputs.traces.written);
});
