import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { benchRecord, putRaw } from '../bench/dataset.ts';
import { convertRun } from '../convert.ts';
import { openStore } from '../store/open.ts';
import { compiled } from './compiled.ts';
import { root } from './folder.js';

test('where nothing can be kept, threads and the command run as TypeScript', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'not-compiled-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'file'), 'no folder');
  process.env.FAULTLINE_CACHE = join(dir, 'file');
  assert.equal(await compiled(import.meta.resolve('../convert.thread.ts')), undefined);

  await putRaw({ dir, requests: 100, signals: ['traces'] });
  const report = await convertRun({ raw: openStore(join(dir, 'raw')), record: benchRecord(100), workers: 2 });
  assert.equal(report.signals.traces.rows, 800);
  const bin = join(root, 'tools/cli/bin.js');
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'convert', '--help']);
  assert.match(stdout, /--from-prometheus/);
});
