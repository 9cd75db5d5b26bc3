import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { readColumnIndex } from 'hyparquet/src/indexes.js';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { compressors } from 'hyparquet-compressors';
import { oneKey } from './batch.ts';
import { ParquetFile, ROW_GROUP_ROWS } from './file.ts';

/** How many groups one byte can tell, and one more. */
for (const groups of [14, 15])
  test(`${groups} row groups are told in the footer one by one, each with its own bounds and page index`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'footer-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    const path = join(dir, 'many.parquet');
    const parquet = await ParquetFile.create({
      file: path,
      fields: [{ name: 'group', repetition: 'REQUIRED', type: 'INT32' }],
      metadata: ['about', '{}'],
    });
    const half = ROW_GROUP_ROWS / 2;
    for (let group = 0; group < groups; group++)
      for (const value of [group, group + 0.5].map((at) => 2 * at))
        await parquet.write(
          [{ keys: oneKey(half), present: true, floor: 0, values: { numbers: Float64Array.of(value) } }],
          half,
        );
    const size = await parquet.close();

    const file = await asyncBufferFromFile(path);
    assert.equal(file.byteLength, size);
    const metadata = await parquetMetadataAsync(file);
    assert.equal(metadata.num_rows, BigInt(groups * ROW_GROUP_ROWS));
    assert.equal(metadata.row_groups.length, groups);
    for (const [group, { columns, num_rows }] of metadata.row_groups.entries()) {
      const [chunk] = columns;
      assert.ok(chunk?.column_index_offset && chunk.column_index_length);
      assert.equal(num_rows, BigInt(ROW_GROUP_ROWS));
      assert.equal(chunk.meta_data?.statistics?.min_value, 2 * group);
      assert.equal(chunk.meta_data?.statistics?.max_value, 2 * group + 1);
      const at = Number(chunk.column_index_offset);
      const bytes = await file.slice(at, at + chunk.column_index_length);
      const index = readColumnIndex({ view: new DataView(bytes), offset: 0 }, metadata.schema[1] as never);
      assert.deepEqual(index.min_values, [2 * group, 2 * group + 1]);
      const rowStart = group * ROW_GROUP_ROWS + half - 1;
      assert.deepEqual(await parquetReadObjects({ file, compressors, rowStart, rowEnd: rowStart + 2 }), [
        { group: 2 * group },
        { group: 2 * group + 1 },
      ]);
    }
    assert.deepEqual(metadata.key_value_metadata, [{ key: 'about', value: '{}' }]);
  });
