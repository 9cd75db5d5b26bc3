import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { convertedByOlder, record } from '../../converters/older-converter.test-world.ts';
import { encodeRecord, recordKey } from '../../converters/run/runs.ts';
import { openStore } from '../../converters/store/open.ts';
import { faultline, makeFolder } from './testing/command.ts';

async function withRejects(t: TestContext): Promise<(...args: string[]) => Promise<string>> {
  const folder = await makeFolder(t);
  const raw = await convertedByOlder(openStore(join(folder, 'raw')));
  await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  return async (name, ...args) => {
    const { code, stdout, stderr } = await faultline(folder, name, record.run_id, '--raw', 'raw', ...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
}

test('what was refused is shown, tried again, and told: how much is taken now, and what to do', async (t) => {
  const run = await withRejects(t);
  const [, count = ''] = /^(\d+) × invalid_event$/m.exec(await run('rejects', '--limit', '1')) ?? [];
  assert.ok(Number(count) > 0);
  const told = await run('rejects', '--retry');
  assert.match(told, new RegExp(`^bench: ${count} refused in \\d+ raw objects; tried again, 0 still are\n`));
  const [, before = '', after = ''] = /^rows of these objects: (\d+), now (\d+);/m.exec(told) ?? [];
  assert.equal(Number(after) - Number(before), Number(count));
  assert.match(told, /^next: npx faultline seal bench$/m);
  assert.match(await run('rejects'), /^bench: every record was taken$/m);
  assert.match(await run('rejects', '--retry'), /there is nothing to try again/);
  await run('seal', '--datasets', 'datasets', '--json');
});

test('with --json it is one document, and any number of threads tell the same', async (t) => {
  const [one, two] = [await withRejects(t), await withRejects(t)];
  const told = JSON.parse(await one('rejects', '--retry', '--json', '--workers', '1'));
  assert.deepEqual(JSON.parse(await two('rejects', '--retry', '--json', '--workers', '2')), told);
  assert.deepEqual(Object.keys(told), ['objects', 'before', 'after', 'reasons']);
});
