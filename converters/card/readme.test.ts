import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseSums, SUMS_FILE } from '../dataset/sums.ts';
import { FLAT_COLUMNS } from '../write/columns.ts';
import { carded, labelling, RUN, SPLITS } from './carded.test-world.ts';

/** Cells of the table below a heading, row by row, without what Markdown adds. */
function tableAfter(text: string, heading: string): string[][] {
  const from = text.indexOf(heading);
  assert.ok(from >= 0, heading);
  const lines = text.slice(from).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}
const numbers = (rows: string[][]) =>
  Object.fromEntries(rows.map(([name, count = '']) => [name, Number(count.replaceAll(',', ''))]));

test('the card of a labelled run says what the manifest, the catalogue and the judge say', async (t) => {
  const { dir, manifest } = await carded(t, { judge: labelling });
  const card = await readFile(join(dir, 'README.md'), 'utf8');
  const how = Object.fromEntries(tableAfter(card, '## How it was made'));
  assert.equal(how['run id'], manifest.run_id);
  assert.equal(how.seed, `${manifest.seed}`);
  assert.equal(how.campaign, 'quick');
  assert.match(how.window ?? '', /^2026-11-24T\S+Z to before 2026-11-24T\S+Z/);
  assert.ok(card.includes(`\`\`\`sh\n${RUN.traffic?.command}\n\`\`\``));

  assert.deepEqual(numbers(tableAfter(card, '| event_kind | rows |')), manifest.kinds);
  assert.deepEqual(numbers(tableAfter(card, '| OCSF class | rows |')), manifest.ledger.classes);
  const columns = tableAfter(card, '## Columns of the flat files');
  assert.deepEqual(
    columns.map(([name, type, unit, meaning]) => [name, type?.split(',')[0], unit, meaning]),
    FLAT_COLUMNS.map(({ name, type, unit = '', meaning }) => [
      ...[name, type, unit, meaning.replaceAll('`', '').replaceAll('|', '\\|')],
    ]),
  );
  const files = Object.fromEntries(tableAfter(card, '## Files').map(([path, , rows]) => [path, rows]));
  for (const { path, rows } of manifest.files.filter(({ path }) => path.endsWith('.parquet')))
    assert.equal(files[path], rows?.toLocaleString('en-US'), path);

  assert.deepEqual(tableAfter(card, '| not passed |'), [['logs with a trace', '90 %', '≥ 95 %']]);
  assert.match(card, /\n## Labels\n\nGround truth is optional/);
  assert.equal(tableAfter(card, '`labels/windows.parquet`: one row a case').length > 30, true);
  assert.match(card, /CC-BY-4\.0/);
  assert.deepEqual(
    tableAfter(card, '## Splits').map(([name, from, to]) => [name, Number(from), Number(to)]),
    Object.entries(SPLITS.splits).map(([name, { start_ms, end_ms }]) => [name, start_ms, end_ms]),
  );
});

test('the card says that there are labels, and not what is in them: a run in which nothing was changed has them too', async (t) => {
  const { dir } = await carded(t, { judge: labelling });
  const card = await readFile(join(dir, 'README.md'), 'utf8');
  const { description } = JSON.parse(await readFile(join(dir, 'croissant.json'), 'utf8'));
  const apart = 'What was changed in the meantime, and whether it did harm, lies apart, in labels/.';
  assert.ok(card.includes(apart) && description.endsWith(apart));
  assert.doesNotMatch(`${description}\n${card}`, /real faults|harmless changes|^- Faults are/m);
});

test('what Hugging Face reads of it names files that are there', async (t) => {
  const { dir, manifest } = await carded(t, { judge: labelling });
  const [, header = ''] = (await readFile(join(dir, 'README.md'), 'utf8')).split('---\n');
  assert.match(header, /^license: cc-by-4\.0$/m);
  const configs = [...header.matchAll(/config_name: (\S+)\n {4}data_files: (\S+)/g)];
  assert.deepEqual(
    configs.map(([, name]) => name),
    ['logs', 'traces', 'metrics', 'changes', 'labels_windows', 'labels_ocsf_eval_subset'],
  );
  const paths = manifest.files.map(({ path }) => path);
  for (const [, , file = ''] of configs) assert.ok(paths.includes(file), file);
});

test('card and croissant.json are under the checksums, and named by the manifest', async (t) => {
  const { dir, manifest } = await carded(t);
  const sums = parseSums(await readFile(join(dir, SUMS_FILE), 'utf8'));
  for (const wanted of ['README.md', 'croissant.json']) {
    const named = manifest.files.find(({ path }) => path === wanted);
    assert.ok(named && named.bytes > 1000, wanted);
    assert.equal(sums.get(wanted), named.sha256);
  }
});

test('the card of telemetry that was not made here promises no licence, no judgement, no truth', async (t) => {
  const record: typeof RUN = { ...RUN, target: 'foreign', traffic: null, seed: 0 };
  const { dir } = await carded(t, { record });
  const card = await readFile(join(dir, 'README.md'), 'utf8');
  assert.match(card, /^---\nlicense: other\n/);
  assert.doesNotMatch(card, /CC-BY|seed|## Checks|report\/quality\.json` \|/);
  assert.match(card, /None: nobody knows what happened/);
  assert.match(card, /faultline convert --from/);
  const croissant = JSON.parse(await readFile(join(dir, 'croissant.json'), 'utf8'));
  assert.equal('license' in croissant, false);
});
