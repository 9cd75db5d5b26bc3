import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { testPython } from '../../tools/python/fixtures/python.ts';
import { convertRun } from '../convert.ts';
import type { Manifest } from '../dataset/manifest.ts';
import { mapObject } from '../map/map-object.test-world.ts';
import { eventOf } from '../ocsf/event.ts';
import { problems } from '../ocsf/validate.ts';
import { onePiece } from '../read/raw-object.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { FLAT_COLUMNS } from './columns.ts';
import { EVERY_KIND, EVERY_KIND_RUN } from './every-kind.test-world.ts';
import { asEvent, type Json, plain } from './read-rows.test-world.ts';

const RUN = EVERY_KIND_RUN.run_id;

async function sealed(): Promise<{ datasets: MemoryStore; manifest: Manifest }> {
  const raw = new MemoryStore();
  const datasets = new MemoryStore();
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record: EVERY_KIND_RUN });
  return { datasets, manifest: await sealRun({ raw, datasets, record: EVERY_KIND_RUN }) };
}

/** The events and the slots as they are mapped, without Parquet between. */
function mapped(): { events: Map<string, Json>; slots: Map<string, Json> } {
  const events = new Map<string, Json>();
  const slots = new Map<string, Json>();
  for (const { key, bytes } of EVERY_KIND) {
    const { signal, bytes: unpacked, refused } = onePiece({ key, packed: bytes });
    assert.deepEqual(refused, []);
    const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
    const { rows, rejected } = mapObject({ bytes: unpacked, signal, window });
    assert.deepEqual(rejected, []);
    for (let row = 0; row < rows.length; row++) {
      const uid = rows.value(row, 'event_uid') as string;
      events.set(uid, eventOf(rows, row));
      slots.set(uid, rows.row(row));
    }
  }
  return { events, slots };
}

const uidOf = (event: Json): string => (event.metadata as Json).uid as string;

async function nestedEvents(datasets: MemoryStore, manifest: Manifest): Promise<Map<string, Json>> {
  const found = new Map<string, Json>();
  for (const { path } of manifest.files.filter(({ path }) => path.startsWith('ocsf/'))) {
    const bytes = (await datasets.get(`${RUN}/${path}`)).slice().buffer;
    for (const row of await parquetReadObjects({ file: bytes, compressors })) {
      const event = asEvent(row);
      found.set(uidOf(event), event);
    }
  }
  return found;
}

test('the nested files hold every event exactly as it was mapped, read by hyparquet', async () => {
  const { datasets, manifest } = await sealed();
  const { events } = mapped();
  const read = await nestedEvents(datasets, manifest);
  assert.equal(read.size, events.size);
  for (const [uid, event] of events) assert.deepEqual(read.get(uid), event);
  const kinds = Object.keys(manifest.kinds);
  assert.equal(kinds.length, 34, `every kind occurs: ${kinds}`);
});

test('every event of every kind is valid OCSF, also to the independent validator after Parquet', async (t) => {
  const { datasets, manifest } = await sealed();
  const read = [...(await nestedEvents(datasets, manifest)).values()];
  for (const event of read) assert.deepEqual(problems(event), [], JSON.stringify(event));
  const python = await testPython(t);
  if (!python) return;
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'events.ndjson');
  await writeFile(file, read.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const script = fileURLToPath(new URL('../../tools/python/validate_ocsf.py', import.meta.url));
  execFileSync(python, [script, file], { stdio: 'pipe' });
});

test('the nested files hold every event exactly as it was mapped, read by DuckDB', async (t) => {
  const { datasets, manifest } = await sealed();
  const { events } = mapped();
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-'));
  t.after(() => rm(folder, { recursive: true }));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  let rows = 0;
  for (const { path } of manifest.files.filter(({ path }) => path.startsWith('ocsf/'))) {
    const file = join(folder, 'events.parquet');
    await writeFile(file, await datasets.get(`${RUN}/${path}`));
    const result = await connection.runAndReadAll(`SELECT to_json(e)::VARCHAR AS event FROM '${file}' e`);
    for (const [text] of result.getRows()) {
      const event = asEvent(JSON.parse(String(text)));
      assert.deepEqual(event, events.get(uidOf(event)));
      rows++;
    }
  }
  assert.equal(rows, events.size);
});

test('the flat files hold the slots of their columns, sorted, in the declared types', async () => {
  const { datasets } = await sealed();
  const { slots } = mapped();
  let rows = 0;
  for (const name of ['logs', 'traces', 'metrics', 'changes']) {
    const file = (await datasets.get(`${RUN}/ocsf_${name}.parquet`)).slice().buffer;
    const { schema, key_value_metadata, row_groups } = await parquetMetadataAsync(file);
    assert.deepEqual(
      schema.slice(1).map((column) => [column.name, column.type]),
      FLAT_COLUMNS.map(({ name, type }) => [name, type === 'STRING' ? 'BYTE_ARRAY' : type]),
    );
    const own = JSON.parse(
      key_value_metadata?.find(({ key }) => key === 'storefront.dataset')?.value ?? '{}',
    );
    assert.deepEqual([own.schema_version, own.run_id, own.form], [1, RUN, 'flat']);
    for (const { columns } of row_groups)
      for (const { meta_data } of columns) {
        assert.equal(meta_data?.codec, 'ZSTD');
        assert.ok(meta_data?.statistics, meta_data?.path_in_schema.join('.'));
      }
    const read = (await parquetReadObjects({ file, compressors })) as Json[];
    const keys = read.map(({ time, event_uid }) => `${time} ${event_uid}`);
    assert.deepEqual(keys, [...keys].sort());
    for (const row of read) {
      const mine = slots.get(row.event_uid as string) as Json;
      assert.equal(String(row.event_kind).startsWith('change.'), name === 'changes');
      for (const { name: column, slot, or, when, derive } of FLAT_COLUMNS) {
        if (derive) continue;
        const due = when === undefined || mine[when] !== undefined;
        const expected = !due
          ? undefined
          : [slot, ...(or ?? [])].map((from) => mine[from]).find((item) => item !== undefined);
        assert.deepEqual(plain(row[column]), expected, column);
      }
      assert.equal(row.type_uid, BigInt(Number(row.class_uid) * 100 + Number(row.activity_id)));
      rows++;
    }
  }
  assert.equal(rows, slots.size);
});

test('a duration is exact to the nanosecond, and whole milliseconds in OCSF', async () => {
  const { datasets, manifest } = await sealed();
  const file = (await datasets.get(`${RUN}/ocsf_traces.parquet`)).slice().buffer;
  const read = (await parquetReadObjects({ file, compressors })) as Json[];
  assert.ok(read.length > 0);
  for (const { duration } of read) assert.equal(duration, 12.345894);
  const traced = [...(await nestedEvents(datasets, manifest)).values()].filter(
    (event) => event.trace && event.end_time,
  );
  assert.ok(traced.length > 0);
  for (const event of traced) assert.equal(event.duration, 12);
});

test('another process in another time zone makes the same bytes', async () => {
  const { manifest } = await sealed();
  const script = `
    const { convertRun } = await import('./converters/convert.ts');
    const { sealRun } = await import('./converters/seal/seal.ts');
    const { MemoryStore } = await import('./converters/store/memory.ts');
    const { EVERY_KIND, EVERY_KIND_RUN: record } = await import('./converters/write/every-kind.test-world.ts');
    const raw = new MemoryStore();
    for (const { key, bytes } of [...EVERY_KIND].reverse()) await raw.put(key, bytes);
    await convertRun({ raw, record });
    const { files } = await sealRun({ raw, datasets: new MemoryStore(), record });
    console.log(JSON.stringify(files));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8' },
    },
  );
  assert.deepEqual(JSON.parse(stdout), manifest.files);
});
