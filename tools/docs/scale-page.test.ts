import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListType,
  DuckDBStructType,
  type DuckDBType,
} from '@duckdb/node-api';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects } from '../../converters/bench/telemetry.ts';
import { convertRun } from '../../converters/convert.ts';
import { CLASSES } from '../../converters/ocsf/classes.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import { sealRun } from '../../converters/seal/seal.ts';
import { MemoryStore } from '../../converters/store/memory.ts';
import { openStore } from '../../converters/store/open.ts';
import { EVERY_KIND, EVERY_KIND_RUN } from '../../converters/write/every-kind.test-world.ts';
import { lakeTables } from './lake-tables.ts';
import { SCALE_TABLES } from './scale-tables.ts';
import { withTables } from './with-tables.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('scale.md');

test('docs/lake.sql and the tables of docs/scale.md are what is computed (npm run docs makes them anew)', () => {
  assert.equal(read('lake.sql'), lakeTables());
  assert.equal(page, withTables(page, SCALE_TABLES));
  assert.equal(page.match(/<!-- table: \w+ -->/g)?.length, 4);
});

const REQUESTS = 300;
const MIDNIGHT = Date.UTC(2026, 10, 30);
/** Two windows, one after the other, of which the first goes over midnight; and both as one. */
const window = (run_id: string, from: number, to: number): RunRecord => ({
  ...benchRecord(REQUESTS),
  ...{ run_id, window: { start_ms: MIDNIGHT + from, end_ms: MIDNIGHT + to } },
  raw: { prefix: 'raw', drained_ms: MIDNIGHT + 60_000 },
});
const WINDOWS = [window('shop-1', -3_000, 500), window('shop-2', 500, 60_000)];
const WHOLE = window('whole', -3_000, 60_000);

/** The page's statements, by how they begin. */
function statement(begin: string): string {
  const found = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql.trim());
  const [one, ...more] = found.filter((sql) => sql.startsWith(begin));
  assert.ok(one && more.length === 0, `one statement of the page begins with ${begin}`);
  return one.replace(/;$/, '');
}

/** Run by DuckDB, since Athena and Spark are not to be had here: what stands between them is taken off, and nothing of the SELECT. */
describe('the SQL of the page, on datasets with nested files by day', { timeout: 120_000 }, () => {
  let folder = '';
  let duck: DuckDBConnection;
  const rowsOf = async (sql: string) => (await duck.runAndReadAll(sql)).getRowsJson();
  const filesOf = (run: string, name: string) =>
    `read_parquet('${folder}/${run}/ocsf/${name}/*/*.parquet', hive_partitioning = true, hive_types = {'eventDay': VARCHAR}, filename = true)`;
  /** Of Athena's table, the columns of the files and the two of the path. */
  const asTable = (run: string, name: string) =>
    `SELECT * EXCLUDE (eventDay, filename), regexp_extract(filename, '([^/]+)/ocsf/', 1) AS run_id, eventDay AS eventday FROM ${filesOf(run, name)}`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lake-'));
    const datasets = openStore(folder);
    const raw = new MemoryStore();
    for (const { key, bytes } of rawObjects({ requests: REQUESTS, start: MIDNIGHT - 1_500, perObject: 30 }))
      await raw.put(key, bytes);
    for (const record of [...WINDOWS, WHOLE]) {
      await convertRun({ raw, record });
      await sealRun({ raw, datasets, record, partition: 'eventDay' });
    }
    const every = new MemoryStore();
    for (const { key, bytes } of EVERY_KIND) await every.put(key, bytes);
    await convertRun({ raw: every, record: EVERY_KIND_RUN });
    await sealRun({ raw: every, datasets, record: EVERY_KIND_RUN, partition: 'eventDay' });
    duck = await (await DuckDBInstance.create(':memory:')).connect();
    await duck.run('CREATE SCHEMA windows; CREATE SCHEMA lake');
    await duck.run(`CREATE VIEW windows.http_activity AS ${asTable('shop-*', 'http_activity')}`);
  });
  after(async () => {
    duck.closeSync();
    await rm(folder, { recursive: true, force: true });
  });

  test('the columns of every table are those of the files', async () => {
    const tables = [...read('lake.sql').matchAll(/TABLE windows\.(\w+) \(\n([\s\S]*?)\n\)/g)];
    assert.deepEqual(
      tables.map(([, name]) => name),
      CLASSES.map(({ name }) => name),
    );
    for (const [, name = '', columns = ''] of tables) {
      const reader = await duck.runAndReadAll(
        `SELECT * EXCLUDE (eventDay, filename) FROM ${filesOf(EVERY_KIND_RUN.run_id, name)} LIMIT 0`,
      );
      const types = reader.columnTypes();
      const found = reader
        .columnNames()
        .map((column, i) => `  \`${column}\` ${athena(types[i] as DuckDBType)}`);
      assert.equal(columns, found.join(',\n'), name);
    }
  });

  test('compaction takes every event of both windows, once, into fewer files of the same types', async () => {
    const create = statement('CREATE TABLE lake.http_activity');
    assert.match(create, /WITH \([^)]*partitioned_by = ARRAY\['eventday'\][^)]*\) AS/);
    await duck.run(create.replace(/WITH \([^)]*\) AS/, 'AS'));
    await duck.run(statement('INSERT INTO lake.http_activity'));
    const uids = (table: string) => rowsOf(`SELECT metadata.uid FROM ${table} ORDER BY 1`);
    const wanted = await uids(filesOf('whole', 'http_activity'));
    assert.ok(wanted.length > REQUESTS);
    assert.deepEqual(await uids('lake.http_activity'), wanted);
    const days = await rowsOf(statement('SELECT eventday'));
    assert.deepEqual(
      days.map(([day, events, once]) => [day, events === once]),
      [
        ['20261129', true],
        ['20261130', true],
      ],
    );
    const types = async (table: string) =>
      (await duck.runAndReadAll(`SELECT * EXCLUDE (run_id, eventday) FROM ${table} LIMIT 0`)).columnTypes();
    const out = join(folder, 'lake');
    await duck.run(
      `COPY lake.http_activity TO '${out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (eventday))`,
    );
    assert.deepEqual(
      (await types(`'${out}/*/*.parquet'`)).map(String),
      (await types('windows.http_activity')).map(String),
    );
    const files = (glob: string) => rowsOf(`SELECT count(*)::INT FROM glob('${folder}/${glob}')`);
    assert.deepEqual(
      [await files('shop-*/ocsf/http_activity/*/*.parquet'), await files('lake/*/*.parquet')],
      [[[3]], [[2]]],
    );
  });

  test('the statement for Spark takes the same events of a day, in order of time', async () => {
    const spark = statement('INSERT OVERWRITE DIRECTORY');
    const [, select = ''] = /\n(SELECT [\s\S]*)$/.exec(spark) ?? [];
    const here = select
      .replace(/parquet\.`s3:\/\/storefront-datasets\/([^`]*)`/, `read_parquet('${folder}/$1*.parquet')`)
      .replace('SORT BY', 'ORDER BY')
      .replace('/*/ocsf', '/shop-*/ocsf');
    assert.match(here, /read_parquet/);
    const uids = await rowsOf(`SELECT metadata.uid FROM (${here})`);
    const wanted = await rowsOf(
      `SELECT metadata.uid FROM windows.http_activity WHERE eventday = '20261130' ORDER BY time, metadata.uid`,
    );
    assert.ok(wanted.length > 0);
    assert.deepEqual(uids, wanted);
  });
});

const SCALARS: Readonly<Record<string, string>> = {
  ...{ BIGINT: 'bigint', INTEGER: 'int', VARCHAR: 'string', DOUBLE: 'double', BOOLEAN: 'boolean' },
};

/** How Athena writes a type that DuckDB has read in a file. */
function athena(type: DuckDBType): string {
  if (type instanceof DuckDBListType) return `array<${athena(type.valueType)}>`;
  if (!(type instanceof DuckDBStructType)) return SCALARS[type.toString()] ?? type.toString();
  const entries = type.entryNames.map((name, i) => `\`${name}\`:${athena(type.entryTypes[i] as DuckDBType)}`);
  return `struct<${entries.join(',')}>`;
}
