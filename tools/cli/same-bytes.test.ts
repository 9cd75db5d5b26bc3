import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects } from '../../converters/bench/telemetry.ts';
import { filesBelow } from '../../converters/dataset/files-below.ts';
import { encodeRecord, recordKey } from '../../converters/run/runs.ts';
import { openStore } from '../../converters/store/open.ts';
import { makeFolder, start } from './testing/command.ts';

const REQUESTS = 500;
const record = benchRecord(REQUESTS);

/** Zones without whole hours, with summer time at that date or none; a language whose i has no dot, other digits, another calendar. */
const COMPUTERS = [
  { TZ: 'UTC', LC_ALL: 'C', workers: 1, turned: false },
  { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', workers: 3, turned: false },
  { TZ: 'America/St_Johns', LC_ALL: 'ar_EG.UTF-8', workers: 1, turned: true },
  { TZ: 'Asia/Kathmandu', LC_ALL: 'th_TH.UTF-8', workers: 3, turned: true },
];

/** Names that are listed in another order. */
const renamed = (key: string): string =>
  key.replace(/([^/_]+)(\.binpb\.gz)$/, (_, id: string, end: string) => {
    const name = createHash('sha256').update(id).digest('hex').slice(0, 12);
    return `${name}${end}`;
  });

async function sums(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of await filesBelow(folder))
    found[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  return found;
}

test('the same telemetry is the same dataset, manifest and all: whatever the time zone, the language, the order of listing, the threads', async (t) => {
  const folder = await makeFolder(t);
  const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 60 })];
  const datasets: Record<string, string>[] = [];
  const orders = new Set<string>();
  for (const [i, { workers, turned, ...env }] of COMPUTERS.entries()) {
    const raw = openStore(join(folder, `raw-${i}`));
    for (const { key, bytes } of objects) await raw.put(turned ? renamed(key) : key, bytes);
    await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
    const listed: string[] = [];
    for await (const { key, size } of raw.list('raw/')) listed.push(`${key.split('_')[0]} ${size}`);
    orders.add(listed.join());
    const where = ['--json', '--raw', join(folder, `raw-${i}`)];
    for (const args of [
      ['convert', record.run_id, ...where, '--workers', String(workers)],
      ['seal', record.run_id, ...where, '--datasets', join(folder, `datasets-${i}`)],
    ]) {
      const { code, stderr } = await start({ folder, env, args }).ended;
      assert.equal(code, 0, stderr);
    }
    datasets.push(await sums(join(folder, `datasets-${i}`, record.run_id)));
  }
  assert.equal(orders.size, 2);
  const [first, ...others] = datasets;
  assert.ok(first && Object.keys(first).length > 8 && 'manifest.json' in first);
  for (const other of others) assert.deepEqual(other, first);
});
