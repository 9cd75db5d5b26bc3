import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { carded, labelling } from './carded.test-world.ts';

interface Field {
  '@id': string;
  dataType: string;
  source: { fileObject: { '@id': string }; extract: { column: string }; transform?: { jsonPath: string } };
}
interface Croissant {
  distribution: { '@id': string; contentUrl: string; contentSize: string; sha256: string }[];
  recordSet: { '@id': string; key: { '@id': string }[]; field: Field[] }[];
  [name: string]: unknown;
}

const TYPES: Record<string, string> = {
  ...{ INT32: 'sc:Integer', INT64: 'sc:Integer', DOUBLE: 'sc:Float', BYTE_ARRAY: 'sc:Text' },
};

test('croissant.json names every Parquet file with its checksum, and every column with its type', async (t) => {
  const { dir, manifest } = await carded(t, { judge: labelling });
  const said: Croissant = JSON.parse(await readFile(join(dir, 'croissant.json'), 'utf8'));
  const parquet = manifest.files.filter(({ path }) => path.endsWith('.parquet'));
  assert.deepEqual(
    said.distribution.map(({ contentUrl, contentSize, sha256 }) => [contentUrl, contentSize, sha256]),
    parquet.map(({ path, bytes, sha256 }) => [path, `${bytes} B`, sha256]),
  );
  assert.equal(new Set(said.recordSet.map((set) => set['@id'])).size, parquet.length + 1);
  assert.equal(said.recordSet.at(-1)?.['@id'], 'splits');

  for (const [i, { path }] of parquet.entries()) {
    const { field, key } = said.recordSet[i] ?? { field: [], key: [] };
    const ids = field.map((each) => each['@id']);
    assert.equal(new Set(ids).size, ids.length, path);
    for (const each of key) assert.ok(ids.includes(each['@id']), each['@id']);
    assert.ok(field.every(({ source }) => source.fileObject['@id'] === path));

    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(join(dir, path)));
    const top: (typeof schema)[number][] = [];
    for (let at = 1, left = schema[0]?.num_children ?? 0; left > 0; left--) {
      const element = schema[at];
      if (!element) break;
      top.push(element);
      let below = 1;
      while (below > 0) below += (schema[at++]?.num_children ?? 0) - 1;
    }
    assert.deepEqual(
      [...new Set(field.map(({ source }) => source.extract.column))],
      top.map(({ name }) => name),
      path,
    );
    for (const { name, type } of top.filter(({ num_children }) => !num_children)) {
      const [said] = field.filter(({ source }) => source.extract.column === name);
      const expected = type === 'BOOLEAN' ? 'sc:Boolean' : TYPES[type ?? ''];
      assert.deepEqual([said?.dataType, said?.source.transform], [expected, undefined], `${path} ${name}`);
    }
  }
});

test('the RAI fields say how labels came about only where there are labels', async (t) => {
  const read = async (dir: string): Promise<Croissant> =>
    JSON.parse(await readFile(join(dir, 'croissant.json'), 'utf8'));
  const [labelled, plain] = [await carded(t, { judge: labelling }), await carded(t)];
  const fields = (of: Croissant) => Object.keys(of).filter((name) => name.startsWith('rai:'));
  const annotation = [
    ...['rai:dataAnnotationProtocol', 'rai:annotationsPerItem', 'rai:machineAnnotationTools'],
  ];
  const [most, fewer] = [fields(await read(labelled.dir)), fields(await read(plain.dir))];
  assert.deepEqual(
    most.filter((name) => !fewer.includes(name)),
    annotation,
  );
  for (const needed of ['dataCollection', 'dataLimitations', 'dataBiases', 'personalSensitiveInformation'])
    assert.ok(fewer.includes(`rai:${needed}`), needed);
});
