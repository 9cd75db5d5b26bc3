import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { compressors } from 'hyparquet-compressors';
import { Rows } from '../map/rows.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { eventOf } from '../ocsf/event.ts';
import type { Signal } from '../read/raw-object.ts';
import { FLAT_COLUMNS } from './columns.ts';
import { DatasetWriter } from './dataset-writer.ts';
import { asEvent, type Json } from './read-rows.test-world.ts';
import { fill, random } from './some-rows.test-world.ts';

async function readRows(file: string): Promise<Json[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
}

/** What the catalogue says of a row, one column after another. */
function flatRowOf(rows: Rows, row: number): Json {
  const found: Json = {};
  const classUid = rows.value(row, 'class_uid') as number;
  for (const { name, slot, or = [], when, derive } of FLAT_COLUMNS) {
    if (when && rows.value(row, when) === undefined) continue;
    const value = [slot, ...or].map((from) => rows.value(row, from)).find((one) => one !== undefined);
    if (value === undefined) continue;
    if (derive === 'type_uid') found[name] = classUid * 100 + (value as number);
    else if (derive === 'category_uid')
      found[name] = CLASSES.find(({ class_uid }) => class_uid === classUid)?.category_uid;
    else found[name] = derive ? Math.round((value as number) * 1000) / 1e6 : value;
  }
  return found;
}

const withoutNulls = (row: Json): Json =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );

/** What was written of batches is what the rows say one by one; `renew` is done to the rows between batches. */
async function checkWritten(
  t: TestContext,
  { batches, templates, renew }: { batches: number; templates: number; renew: (rows: Rows) => void },
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'templates-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const writer = new DatasetWriter({ dir, runId: 'templates' });
  const rows = new Rows();
  const events: Json[] = [];
  const flat: Json[] = [];
  for (let batch = 0; batch < batches; batch++) {
    renew(rows);
    fill(rows, 700, templates);
    for (let row = 0; row < rows.length; row++) {
      events.push(eventOf(rows, row));
      flat.push(flatRowOf(rows, row));
    }
    const signals = Array.from({ length: rows.length }, (): Signal => (random() < 0.5 ? 'logs' : 'traces'));
    await writer.write(rows, signals);
  }
  const files = await writer.close();
  const written = new Map<unknown, { event?: Json; row?: Json }>();
  for (const { path } of files)
    for (const row of await readRows(join(dir, path))) {
      const event = path.startsWith('ocsf/') ? asEvent(row) : undefined;
      const uid = event ? (event.metadata as Json).uid : row.event_uid;
      written.set(uid, { ...written.get(uid), ...(event ? { event } : { row: withoutNulls(row) }) });
    }
  assert.equal(written.size, events.length);
  events.forEach((event, i) => {
    const found = written.get((event.metadata as Json).uid);
    assert.deepEqual(found?.event, event);
    assert.deepEqual(found?.row, flat[i]);
  });
}

const keepTemplates = (rows: Rows): void => {
  rows.clearRows();
};

for (const templates of [1, 3, 40, 700])
  test(`events of ${templates} templates are written as they are`, async (t) => {
    await checkWritten(t, { batches: 4, templates, renew: keepTemplates });
  });

test('templates that are forgotten between batches are not taken for those that come with their numbers', async (t) => {
  await checkWritten(t, { batches: 4, templates: 5, renew: (rows) => rows.clear() });
});
