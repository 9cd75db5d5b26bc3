import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { carded, labelling } from '../../converters/card/carded.test-world.ts';
import { flatColumnsTable } from '../../converters/card/columns-table.ts';
import { croissant } from '../../converters/card/croissant.ts';
import { type Manifest, parseManifest } from '../../converters/dataset/manifest.ts';
import { openParquet } from '../../converters/dataset/parquet.ts';
import { verifyDataset } from '../../converters/dataset/verify.ts';
import { WINDOWS_FILE } from '../../converters/dataset/verify-labels.ts';
import { readJson } from '../../converters/json-file.ts';
import { MAPPING_VERSION } from '../../converters/ocsf/common.ts';
import { problems } from '../../converters/ocsf/validate.ts';
import { readJudged } from '../../converters/report/read/documents.ts';
import { SPLITS_FILE, type Splits } from '../../converters/split/splits.ts';
import { VERSION } from '../cli/version.ts';
import { bytesBelow, MOST_BYTES, RUN, SAMPLE } from './sample.ts';

const NEEDED = 'examples/sample must be what the code makes today: `npm run sample` makes it anew';
const text = (file: string) => readFile(join(SAMPLE, file), 'utf8');

async function manifestOf(): Promise<Manifest> {
  assert.ok(existsSync(join(SAMPLE, 'manifest.json')), NEEDED);
  return parseManifest({ bytes: await readFile(join(SAMPLE, 'manifest.json')), where: 'examples/sample' });
}

/** Names, types and nesting of a file's columns. */
async function schemaOf(file: string): Promise<unknown> {
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  return schema.slice(1);
}

test('the sample is small, whole and valid, with its ground truth', async () => {
  await manifestOf();
  const bytes = await bytesBelow(SAMPLE);
  assert.ok(bytes > 500_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
  const report = await verifyDataset({ directory: SAMPLE, validateEvent: (event) => problems(event) });
  assert.deepEqual([report.findings, report.forced], [[], []]);
  assert.ok(report.rows > 10_000 && report.events_validated === report.rows, `${report.rows} rows`);
  const windows = await openParquet(join(SAMPLE, WINDOWS_FILE));
  try {
    const cases: unknown[] = [];
    for await (const batch of windows.objects())
      for (const { scenario, mechanism, impact } of batch) cases.push([scenario, mechanism, impact]);
    assert.deepEqual(cases, [['05-slow-query', 'passed', 'impact']]);
  } finally {
    await windows.close();
  }
});

test('its columns are those that the code writes today, in every file', async (t) => {
  const { files } = await manifestOf();
  const today = await carded(t, { judge: labelling });
  const parquet = files.map(({ path }) => path).filter((path) => path.endsWith('.parquet'));
  assert.ok(parquet.length > 10);
  for (const path of parquet)
    assert.deepEqual(
      await schemaOf(join(SAMPLE, path)),
      await schemaOf(join(today.dir, path)),
      `${path}: ${NEEDED}`,
    );
  const logs = await openParquet(join(SAMPLE, 'ocsf/http_activity/part-00000.parquet'));
  try {
    for await (const [event] of logs.objects()) {
      const { transformation_info_list: list } = (event?.metadata ?? {}) as Record<
        string,
        { product: object }[]
      >;
      assert.deepEqual(list?.[0]?.product, { name: 'ocsf-converter', version: MAPPING_VERSION }, NEEDED);
      break;
    }
  } finally {
    await logs.close();
  }
});

test('its card is the one that the code writes today', async () => {
  const { files, ...manifest } = await manifestOf();
  assert.equal(manifest.schema_version, 2);
  assert.equal(manifest.versions.faultline, VERSION, NEEDED);
  const judged = await readJudged(SAMPLE);
  const splits = await readJson<Splits>(join(SAMPLE, SPLITS_FILE));
  assert.equal(
    await text('croissant.json'),
    croissant({ manifest, files, judged, splits, traffic: null }),
    NEEDED,
  );
  const card = await text('README.md');
  assert.ok(card.includes(flatColumnsTable()), NEEDED);
  const command = [
    ...Object.entries(RUN.env).map((pair) => pair.join('=')),
    'npm run dataset --',
    ...RUN.args,
  ];
  assert.ok(card.includes(`\n${command.join(' ')}\n`), `${NEEDED}; wanted ${command.join(' ')}`);
});
