import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { compressors } from 'hyparquet-compressors';
import { runCommand } from '../../../tools/programs/command.ts';
import { testPython } from '../../../tools/python/fixtures/python.ts';
import { numbers, strings } from '../plain-columns.ts';
import type { Batch } from './batch.ts';
import { type Field, ParquetFile } from './file.ts';

/** Over a row group: seven pages in the first one of each column, and two in the second. */
const ROWS = 140_000;
const BATCH = 16_384;
const FIELDS: readonly Field[] = [
  { name: 'time', repetition: 'REQUIRED', type: 'INT64', dictionary: false },
  { name: 'status', repetition: 'OPTIONAL', type: 'INT32' },
  { name: 'amount', repetition: 'OPTIONAL', type: 'DOUBLE' },
  { name: 'slow', repetition: 'OPTIONAL', type: 'BOOLEAN' },
  { name: 'route', repetition: 'OPTIONAL', type: 'BYTE_ARRAY' },
  { name: 'uid', repetition: 'REQUIRED', type: 'BYTE_ARRAY', dictionary: false },
  { name: 'greatest', repetition: 'OPTIONAL', type: 'BYTE_ARRAY' },
  { name: 'late', repetition: 'OPTIONAL', type: 'INT32' },
];

const START = 1_795_500_000_000;
/** An error in one page alone; a column that only the end fills; texts above which no short one lies. */
const rowAt = (i: number) => ({
  time: START + i,
  status: i % 5 === 0 ? null : i >= 50_000 && i < 50_010 ? 503 : 200,
  amount: i % 3 === 0 ? null : i % 7 === 0 ? 0 : (i - 60_000) / 8,
  slow: i < 40_000 ? false : i % 2 === 0,
  route: i % 4 === 0 ? null : `/api/${'ü'.repeat(9)}/${Math.floor(i / 20_000)}/${i % 3}`,
  uid: `${(i * 2_654_435_761) % 2 ** 32}-${i}`,
  greatest: '\u{10ffff}'.repeat(5),
  late: i < 110_000 ? null : i,
});

function batchOf(values: readonly (string | number | boolean | null)[], type: Field['type']): Batch {
  return type === 'BYTE_ARRAY'
    ? strings(values.map((value) => (value === null ? undefined : String(value))))
    : numbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
}

async function written(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'page-index-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'indexed.parquet');
  const parquet = await ParquetFile.create({ file, fields: FIELDS, metadata: ['about', '{}'] });
  for (let from = 0; from < ROWS; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, ROWS - from) }, (_, i) => rowAt(from + i));
    const batches = FIELDS.map(({ name, type }) =>
      batchOf(
        rows.map((row) => row[name as keyof typeof row]),
        type,
      ),
    );
    await parquet.write(batches, rows.length);
  }
  await parquet.close();
  return file;
}

/** Column index and offset index as pyarrow knows of them; and what DuckDB and pyarrow find where pages can be left out. */
const CHECK = `
import json, sys, duckdb, pyarrow.parquet as pq
path = sys.argv[1]
meta = pq.ParquetFile(path).metadata
index = [[[c.path_in_schema, c.has_column_index, c.has_offset_index] for c in
    (meta.row_group(g).column(i) for i in range(meta.num_columns))] for g in range(meta.num_row_groups)]
where = ["status = 503", "time between ${START + 99_990} and ${START + 100_020}", "late is not null and late < 110010",
    "uid = '" + sys.argv[2] + "'", "amount = 0 and slow", "route like '/api/%/6/1'"]
found = [duckdb.sql(f"select count(*), coalesce(sum(time), 0) from '{path}' where {w}").fetchall()[0] for w in where]
whole = duckdb.sql(f"select count(*), sum(hash(t)::HUGEINT)::VARCHAR from (select * from '{path}') t").fetchall()[0]
read = pq.read_table(path)
arrow = duckdb.sql("select count(*), sum(hash(t)::HUGEINT)::VARCHAR from read t").fetchall()[0]
slices = pq.read_table(path, filters=[("time", ">=", ${START + 99_990}), ("time", "<=", ${START + 100_020})]).num_rows
print(json.dumps({"index": index, "found": [[int(x) for x in f] for f in found], "same": whole == arrow, "slices": slices}))
`;

const WHERE: readonly ((row: ReturnType<typeof rowAt>) => boolean)[] = [
  ({ status }) => status === 503,
  ({ time }) => time >= START + 99_990 && time <= START + 100_020,
  ({ late }) => late !== null && late < 110_010,
  ({ uid }) => uid === rowAt(77_777).uid,
  ({ amount, slow }) => amount === 0 && slow,
  ({ route }) => route?.endsWith('/6/1') ?? false,
];

test('pyarrow sees a page index of every column, and all readers find by it what is there', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  const args = ['-c', CHECK, await written(t), rowAt(77_777).uid];
  const { code, stdout, stderr } = await runCommand({ file: python, args });
  assert.equal(code, 0, stderr);
  const said = JSON.parse(stdout);
  assert.equal(said.index.length, 2);
  for (const [name, column, offset] of said.index.flat())
    assert.deepEqual([column, offset], [true, true], name);
  const rows = Array.from({ length: ROWS }, (_, i) => rowAt(i));
  const wanted = WHERE.map((holds) => {
    const those = rows.filter(holds);
    return [those.length, those.reduce((sum, { time }) => sum + time, 0)];
  });
  assert.deepEqual(said.found, wanted);
  assert.ok(wanted.every(([count = 0]) => count > 0));
  assert.deepEqual([said.same, said.slices], [true, 31]);
});

/** Whose pages are in no order, in the first row group. */
const MIXED = ['status', 'uid'];

test('the index leads to the pages, and their bounds hold every value', async (t) => {
  const file = await asyncBufferFromFile(await written(t));
  const metadata = await parquetMetadataAsync(file);
  let row = 0;
  for (const { columns, num_rows } of metadata.row_groups) {
    for (const chunk of columns) {
      const { path_in_schema } = chunk.meta_data ?? assert.fail();
      const name = path_in_schema[0] as keyof ReturnType<typeof rowAt>;
      const at = async (offset: bigint | undefined, length: number | undefined) => {
        const buffer = await file.slice(Number(offset), Number(offset) + Number(length));
        return { view: new DataView(buffer), offset: 0 };
      };
      const { page_locations } = readOffsetIndex(
        await at(chunk.offset_index_offset, chunk.offset_index_length),
      );
      let [end, first] = [page_locations[0]?.offset ?? -1n, 0n];
      for (const { offset, compressed_page_size, first_row_index } of page_locations) {
        assert.equal(offset, end, name);
        assert.ok(first_row_index >= first);
        end = offset + BigInt(compressed_page_size);
        first = first_row_index;
      }
      const element = metadata.schema.find((field) => field.name === name) ?? assert.fail();
      const index = readColumnIndex(await at(chunk.column_index_offset, chunk.column_index_length), element);
      if (row === 0)
        assert.equal(index.boundary_order, MIXED.includes(name) ? 'UNORDERED' : 'ASCENDING', name);
      page_locations.forEach(({ first_row_index }, page) => {
        const next = page_locations[page + 1]?.first_row_index ?? num_rows;
        const values = Array.from(
          { length: Number(next - first_row_index) },
          (_, i) => rowAt(row + Number(first_row_index) + i)[name],
        );
        const there = values.filter((value) => value !== null);
        assert.equal(Number(index.null_counts?.[page]), values.length - there.length);
        assert.equal(index.null_pages[page], there.length === 0);
        const [least, most] = [index.min_values[page], index.max_values[page]];
        for (const value of there)
          assert.ok(
            within(value, least) >= 0 && within(value, most) <= 0,
            `${name}: ${value} in ${least}..${most}`,
          );
      });
    }
    row += Number(num_rows);
  }
  const some = await parquetReadObjects({ file, compressors, rowStart: 99_000, rowEnd: 101_000 });
  assert.deepEqual(
    some.map(({ time }) => Number(time)),
    Array.from({ length: 2_000 }, (_, i) => START + 99_000 + i),
  );
});

function within(value: string | number | boolean, bound: unknown): number {
  if (typeof value === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(bound as string));
  return Number(value) - Number(bound);
}
