import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { runCommand } from '../../../tools/programs/command.ts';
import { testPython } from '../../../tools/python/fixtures/python.ts';
import { scripts } from '../../../tools/python/resolve.ts';
import { seeded } from '../../bench/telemetry.ts';
import { openParquet } from '../../dataset/parquet.ts';
import { numbers, strings } from '../plain-columns.ts';
import type { Batch } from './batch.ts';
import { type Field, ParquetFile } from './file.ts';

type Leaf = string | number | boolean | null;
interface Row {
  readonly id: number;
  readonly uid: string;
  readonly kind: string | null;
  readonly wide: string | null;
  readonly few: number | null;
  readonly many: number | null;
  readonly amount: number | null;
  readonly yes: boolean | null;
  readonly nothing: null;
  readonly outer: {
    readonly name: string | null;
    readonly inner: { readonly count: number | null } | null;
  } | null;
  readonly tags: readonly (string | null)[] | null;
}

const optional = (name: string, type: Field['type']): Field => ({
  name,
  repetition: 'OPTIONAL',
  ...(type && { type }),
});
const FIELDS: readonly Field[] = [
  { name: 'id', repetition: 'REQUIRED', type: 'INT64' },
  { name: 'uid', repetition: 'REQUIRED', type: 'BYTE_ARRAY', dictionary: false },
  optional('kind', 'BYTE_ARRAY'),
  optional('wide', 'BYTE_ARRAY'),
  optional('few', 'INT32'),
  optional('many', 'INT32'),
  optional('amount', 'DOUBLE'),
  optional('yes', 'BOOLEAN'),
  optional('nothing', 'BYTE_ARRAY'),
  {
    ...{ name: 'outer', repetition: 'OPTIONAL' },
    children: [
      optional('name', 'BYTE_ARRAY'),
      { name: 'inner', repetition: 'OPTIONAL', children: [optional('count', 'INT64')] },
    ],
  },
  {
    ...{ name: 'tags', repetition: 'OPTIONAL', list: true },
    children: [{ name: 'list', repetition: 'REPEATED', children: [optional('element', 'BYTE_ARRAY')] }],
  },
];

/** Rows with everything that can be there or not, and texts and numbers that outgrow a dictionary. */
function makeRows(count: number): Row[] {
  const random = seeded(11);
  const or = <T>(share: number, value: () => T): T | null => (random() < share ? value() : null);
  const whole = (below: number) => Math.floor(random() * below);
  const texts = ['', 'GET', 'ü – 日本', 'x'.repeat(200), '\u{1f600}', 'POST'];
  return Array.from({ length: count }, (_, i) => ({
    id: 1_795_500_000_000 + i * 3 - 50_000,
    uid: `${whole(2 ** 31).toString(16)}-${i}`,
    kind: or(0.7, () => texts[whole(texts.length)] as string),
    wide: or(0.9, () => `${'w'.repeat(60)}${whole(1e9)}`),
    few: or(0.5, () => whole(7) - 3),
    many: or(0.95, () => whole(2 ** 32) - 2 ** 31),
    amount: or(0.8, () => (random() - 0.5) * 1e6),
    yes: or(0.6, () => random() < 0.5),
    nothing: null,
    outer: or(0.6, () => ({
      name: or(0.5, () => texts[whole(texts.length)] as string),
      inner: or(0.5, () => ({ count: or(0.5, () => whole(2 ** 40) - 2 ** 39) })),
    })),
    tags: or(0.5, () =>
      Array.from({ length: whole(4) }, () => or(0.8, () => texts[whole(texts.length)] as string)),
    ),
  }));
}

/** Values and levels of one leaf; a value that is not there may stand for a group that is not. */
function shredded(
  rows: readonly Row[],
  levels: (row: Row) => [value: Leaf, definition: number, repetition: number][],
  greatest: number,
): Batch {
  const all = rows.flatMap(levels);
  const values = all.map(([value, definition]) => (definition === greatest ? value : null));
  const repeats = all.map(([, , repetition]) => repetition);
  const floors = all.map(([, definition]) => definition);
  const batch = values.some((value) => typeof value === 'string')
    ? strings(values.map((value) => (value === null ? undefined : String(value))))
    : numbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
  return {
    ...batch,
    floor: Uint8Array.from(floors),
    ...(repeats.some((level) => level > 0) ? { repetition: Uint8Array.from(repeats) } : {}),
  };
}

const leaf = (value: Leaf, above: number): [Leaf, number, number][] => [
  [value, value === null ? above : above + 1, 0],
];

function batchesOf(rows: readonly Row[]): Batch[] {
  const flat = (['kind', 'wide', 'few', 'many', 'amount', 'yes', 'nothing'] as const).map((name) =>
    shredded(rows, (row) => leaf(row[name], 0), 1),
  );
  return [
    shredded(rows, ({ id }) => [[id, 0, 0]], 0),
    shredded(rows, ({ uid }) => [[uid, 0, 0]], 0),
    ...flat,
    shredded(rows, ({ outer }) => (outer ? leaf(outer.name, 1) : [[null, 0, 0]]), 2),
    shredded(
      rows,
      ({ outer }) => (!outer ? [[null, 0, 0]] : !outer.inner ? [[null, 1, 0]] : leaf(outer.inner.count, 2)),
      3,
    ),
    shredded(
      rows,
      ({ tags }) =>
        tags === null
          ? [[null, 0, 0]]
          : tags.length === 0
            ? [[null, 1, 0]]
            : tags.map((tag, i) => [tag, tag === null ? 2 : 3, i > 0 ? 1 : 0]),
      3,
    ),
  ];
}

async function write(t: TestContext, rows: readonly Row[], sizes: readonly number[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'encode-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'all.parquet');
  const parquet = await ParquetFile.create({ file, fields: FIELDS, metadata: ['about', '{"form":"test"}'] });
  for (let at = 0, i = 0; at < rows.length; i++) {
    const some = rows.slice(at, at + (sizes[i % sizes.length] as number));
    await parquet.write(batchesOf(some), some.length);
    at += some.length;
  }
  assert.equal(parquet.rows, rows.length);
  await parquet.close();
  return file;
}

async function metadataOf(file: string): Promise<FileMetaData> {
  return parquetMetadataAsync(await asyncBufferFromFile(file));
}

/** Without what is null: of a group that is not there the reader says nothing. */
const there = (row: object): unknown =>
  JSON.parse(
    JSON.stringify(row, (_, value) => {
      if (typeof value === 'bigint') return Number(value);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(
        Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
      );
    }),
  );

test('what is written is read back: every type, nulls, groups, lists, over row groups, with and without dictionaries', async (t) => {
  const rows = makeRows(130_000);
  const file = await write(t, rows, [16_384, 1, 7, 9_000, 300]);
  const parquet = await openParquet(file);
  t.after(() => parquet.close());
  assert.equal(parquet.rows, rows.length);
  let at = 0;
  for await (const batch of parquet.objects())
    for (const found of batch) assert.deepEqual(there(found), there(rows[at++] as Row), `row ${at - 1}`);
  assert.equal(at, rows.length);

  const { row_groups, key_value_metadata } = await metadataOf(file);
  assert.ok(row_groups.length === 2 && Number(row_groups[0]?.num_rows) >= 100_000);
  assert.deepEqual(key_value_metadata, [{ key: 'about', value: '{"form":"test"}' }]);
  const encodings = (name: string) =>
    row_groups[0]?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data
      ?.encodings;
  assert.ok(encodings('kind')?.includes('RLE_DICTIONARY'));
  assert.ok(!encodings('uid')?.includes('RLE_DICTIONARY'));

  const python = await testPython(t);
  if (!python) return;
  const { code, stdout } = await runCommand({ file: python, args: [scripts.readParquet, file] });
  assert.deepEqual([code, (JSON.parse(stdout) as { differences: string[] }).differences], [0, []]);
});

test('statistics bound the values of their row group, and count its nulls', async (t) => {
  const rows = makeRows(20_000);
  const { row_groups } = await metadataOf(await write(t, rows, [16_384]));
  const of = (...path: string[]) =>
    row_groups[0]?.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === path.join('.'))
      ?.meta_data?.statistics;
  const numbers = (pick: (row: Row) => number | null) => rows.map(pick).filter((value) => value !== null);
  for (const [path, values] of [
    [['id'], numbers(({ id }) => id)],
    [['few'], numbers(({ few }) => few)],
    [['many'], numbers(({ many }) => many)],
    [['amount'], numbers(({ amount }) => amount)],
    [['outer', 'inner', 'count'], numbers(({ outer }) => outer?.inner?.count ?? null)],
  ] as const) {
    const said = of(...path);
    assert.equal(Number(said?.min_value), Math.min(...values), path.join('.'));
    assert.equal(Number(said?.max_value), Math.max(...values), path.join('.'));
    assert.equal(Number(said?.null_count), rows.length - values.length, path.join('.'));
  }
  const utf8 = (text: string) => Buffer.from(text, 'utf8');
  const kinds = rows.flatMap(({ kind }) => (kind === null ? [] : [utf8(kind)])).sort(Buffer.compare);
  const { min_value, max_value } = of('kind') ?? {};
  assert.equal(Buffer.compare(utf8(String(min_value)), kinds[0] as Buffer), 0);
  assert.ok(Buffer.compare(utf8(String(max_value)), kinds.at(-1) as Buffer) >= 0);
  const nothing = of('nothing');
  assert.deepEqual([Number(nothing?.null_count), nothing?.min_value], [rows.length, undefined]);
});

test('the same batches give the same bytes, and an empty file is one', async (t) => {
  const { readFile } = await import('node:fs/promises');
  const rows = makeRows(3_000);
  const [one, two] = [await write(t, rows, [1_000]), await write(t, rows, [1_000])];
  assert.deepEqual(await readFile(one), await readFile(two));
  const empty = await openParquet(await write(t, [], [1]));
  t.after(() => empty.close());
  assert.equal(empty.rows, 0);
  assert.deepEqual(empty.columns.slice(0, 2), ['id', 'uid']);
});

test('a file that cannot be written is an error with its name', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'encode-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const parquet = await ParquetFile.create({ file: dir, fields: FIELDS, metadata: ['about', '{}'] });
  await parquet.write(batchesOf(makeRows(1)), 1);
  await assert.rejects(parquet.close(), { code: 'PARQUET_WRITE' });
});
