import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isRunning } from '../../infra/embedded/testing.ts';
import { withTempFolder } from '../testing/run.ts';

/** A program called k6 that answers as k6 does, then runs until it is killed: neither Ctrl-C nor TERM ends it. */
const K6 = (folder: string) => `#!${process.execPath}
const { renameSync, writeFileSync } = require('node:fs');
if (process.argv[2] === 'version') {
  console.log('k6 v1.3.0 (commit/0123456789, go1.24.1, linux/amd64)');
} else {
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {});
  writeFileSync('${folder}/pid.new', String(process.pid));
  renameSync('${folder}/pid.new', '${folder}/pid');
  setInterval(() => {}, 1000);
}
`;

const PARENT = (folder: string) => `
import { runScenario } from ${JSON.stringify(new URL('../load.ts', import.meta.url).href)};
await runScenario({ script: '${folder}/k6', runner: 'k6', out: '${folder}/points.ndjson', env: { PATH: '${folder}' } });
`;

test('kill -9 of the process that runs k6 leaves no k6 behind', { timeout: 60_000 }, async (t) => {
  await withTempFolder(async (folder) => {
    await writeFile(join(folder, 'k6'), K6(folder));
    await chmod(join(folder, 'k6'), 0o755);
    await writeFile(join(folder, 'parent.mts'), PARENT(folder));
    const parent = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), join(folder, 'parent.mts')],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    t.after(() => parent.kill('SIGKILL'));
    const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));
    const started = performance.now() + 30_000;
    while ((await pid()) === 0 && parent.exitCode === null && performance.now() < started) await wait(25);
    const k6 = await pid();
    assert.ok(k6 > 0 && (await isRunning(k6)), 'k6 runs');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const deadline = performance.now() + 15_000;
    while ((await isRunning(k6)) && performance.now() < deadline) await wait(25);
    const left = await isRunning(k6);
    if (left) process.kill(k6, 'SIGKILL');
    assert.equal(left, false, 'k6 outlived its parent');
  });
});
