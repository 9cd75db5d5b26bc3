import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects } from '../../converters/bench/telemetry.ts';
import { encodeRecord, recordKey } from '../../converters/run/runs.ts';
import { openStore } from '../../converters/store/open.ts';
import { makeFolder, start } from './testing/command.ts';

test('seal: what fails a gate is told whole, ends with 3, and is published by --force only', async (t) => {
  const folder = await makeFolder(t);
  const places = ['--raw', join(folder, 'raw-bucket'), '--datasets', join(folder, 'datasets-bucket')];
  const raw = openStore(join(folder, 'raw-bucket'));
  const record = benchRecord(40);
  await raw.put(recordKey('bench'), encodeRecord({ raw, record }));
  for (const { key, bytes } of rawObjects({ requests: 40, start: record.window.start_ms }))
    await raw.put(key, bytes);
  const logRecords = [
    { observedTimeUnixNano: `${record.window.start_ms + 9}000000`, body: { stringValue: 'chaos' } },
  ];
  const minute = new Date(record.window.start_ms).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');
  const planted = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  await raw.put(`raw/${minute}/logs_planted.json.gz`, gzipSync(JSON.stringify(planted)));
  const run = (...args: string[]) => start({ folder, args: [...args, ...places] }).ended;
  assert.equal((await start({ folder, args: ['convert', 'bench', ...places.slice(0, 2)] }).ended).code, 0);

  const refused = await run('seal', 'bench');
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stdout, /NOT SOUND, 1 gate\(s\) failed[\s\S]*chaos/);
  assert.match(refused.stderr, /leaks: \d+: chaos[\s\S]*npx faultline seal bench --force/);
  assert.doesNotMatch(refused.stdout, /next: npx faultline fetch/);
  await assert.rejects(readdir(join(folder, 'datasets-bucket/bench')), { code: 'ENOENT' });
  const [, kept = ''] = /The whole judgement: (.+)$/m.exec(refused.stderr) ?? [];
  assert.equal(JSON.parse(await readFile(kept.replace('file://', ''), 'utf8')).sound, false, kept);

  const asJson = await run('seal', 'bench', '--json');
  assert.equal(asJson.code, 3);
  const quality = JSON.parse(asJson.stdout);
  assert.deepEqual([quality.schema_version, quality.sound], [2, false]);
  for (const check of quality.checks)
    assert.deepEqual(Object.keys(check).sort(), ['figure', 'gate', 'limit', 'name', 'ok', 'title']);
  const last = asJson.stderr.trim().split('\n').at(-1) ?? '';
  assert.equal(JSON.parse(last).error.code, 'RUN_NOT_SOUND');

  const forced = await run('seal', 'bench', '--force');
  assert.equal(forced.code, 3);
  assert.match(forced.stdout, /next: npx faultline fetch bench/);
  const listed = await start({ folder, args: ['ls', ...places.slice(2)] }).ended;
  assert.match(listed.stdout, /quality\n[\s\S]*bench .*not sound, forced: leaks\n/);
});
