import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../programs/command.ts';
import { temporaryFolder } from '../programs/fixtures/world.ts';
import { testPython } from './fixtures/python.ts';
import { scripts } from './resolve.ts';

interface Comparison {
  files: Record<string, { rows: number; columns: Record<string, { nulls: number; checksum: string }> }>;
  differences: string[];
}

async function compare(python: string, folder: string): Promise<Comparison & { code: number | null }> {
  const result = await runCommand({ file: python, args: [scripts.readParquet, '--columns', folder] });
  return { code: result.code, ...(JSON.parse(result.stdout || '{}') as Comparison) };
}

test('three readers agree on a sound dataset, and one changed value shows in the checksum', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  const folder = await temporaryFolder(t);
  const writer = fileURLToPath(new URL('fixtures/datasets.py', import.meta.url));
  assert.equal((await runCommand({ file: python, args: [writer, folder] })).code, 0);

  const plain = await compare(python, join(folder, 'plain'));
  assert.deepEqual([plain.code, plain.differences], [0, []]);
  assert.deepEqual(Object.keys(plain.files), ['ocsf/api_activity/part-0.parquet', 'ocsf_logs.parquet']);
  assert.equal(plain.files['ocsf_logs.parquet']?.rows, 2_000);
  assert.equal(plain.files['ocsf_logs.parquet']?.columns.empty?.nulls, 2_000);

  const columns = (of: Comparison) => of.files['ocsf_logs.parquet']?.columns ?? {};
  for (const [name, column] of [
    ['changed', 'number'],
    ['swapped', 'text'],
  ] as const) {
    const other = columns(await compare(python, join(folder, name)));
    const differing = Object.keys(other).filter(
      (each) => other[each]?.checksum !== columns(plain)[each]?.checksum,
    );
    assert.deepEqual(differing, [column]);
  }

  const events = await runCommand({
    file: python,
    args: [scripts.readParquet, '--events', join(folder, 'plain')],
  });
  const lines = events.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 600);
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    time: 1_764_000_000_000,
    metadata: { version: '1.8.0', profiles: ['host', 'trace'] },
    resources: [{ name: 'queue:payments', data: { attempt: 1 } }, { name: 'b' }],
    unmapped: { trace: { uid: 'a', n: null } },
  });
  assert.deepEqual(JSON.parse(lines[1] ?? ''), { time: 1_764_000_000_000, resources: [] });

  const cut = join(folder, 'plain', 'ocsf_logs.parquet');
  const bytes = await readFile(cut);
  await writeFile(cut, bytes.subarray(0, bytes.length - 100));
  const broken = await compare(python, join(folder, 'plain'));
  assert.equal(broken.code, 1);
  assert.match(broken.differences[0] ?? '', /^ocsf_logs\.parquet: /);
});
