import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withTempFolder } from '../testing/run.ts';
import { writeScript } from '../testing/script.ts';
import { startServer } from '../testing/server.ts';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

function start({ args, cwd }: { args: string[]; cwd: string }) {
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk;
  });
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, ...out }));
  return { child, ended };
}

const run = (source: string, args: string[] = []) =>
  withTempFolder(
    async (cwd) => start({ cwd, args: ['run', ...args, await writeScript({ folder: cwd, source })] }).ended,
  );

test('a script that k6 would run runs, prints its summary and exits 0', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const source = `
    import { check } from 'k6';
    import http from 'k6/http';
    export const options = {
      scenarios: { a: { executor: 'shared-iterations', iterations: 2 } },
      thresholds: { checks: ['rate==1'] },
    };
    export default async function () {
      check(await http.asyncRequest('GET', __ENV.URL), { 'is there': (r) => r.status === 200 });
    }`;
  const { exitCode, stdout, stderr } = await run(source, ['-e', `URL=${server.url}`]);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /✓ 'rate==1' rate=100\.00%/);
  assert.match(stdout, /✓ is there/);
  assert.match(stdout, /http_reqs\.+: 2 /);
});

test('handleSummary replaces the summary and writes files', async () => {
  await withTempFolder(async (cwd) => {
    const script = await writeScript({
      folder: cwd,
      source: `
        export default function () {}
        export const handleSummary = (data) => ({ stdout: 'done', 'sum.json': JSON.stringify(data) });`,
    });
    const { exitCode, stdout } = await start({
      cwd,
      args: ['run', '--summary-export', 'export.json', script],
    }).ended;
    assert.deepEqual([exitCode, stdout], [0, 'done']);
    const { metrics, state } = JSON.parse(await readFile(join(cwd, 'sum.json'), 'utf8'));
    assert.equal(metrics.iterations.values.count, 1);
    assert.ok(state.testRunDurationMs > 0);
    const exported = JSON.parse(await readFile(join(cwd, 'export.json'), 'utf8'));
    assert.equal(exported.metrics.iterations.count, 1);
  });
});

test('a failed threshold exits 99', async () => {
  const { exitCode, stdout } = await run(`
    export const options = { thresholds: { iterations: ['count>1'] } };
    export default function () {}`);
  assert.equal(exitCode, 99);
  assert.match(stdout, /✗ 'count>1' count=1/);
});

test('what is outside the subset is named, with what is inside', async () => {
  const cases: [string, number, RegExp][] = [
    [
      `import { SharedArray } from 'k6/data'; export default () => SharedArray`,
      107,
      /import of k6\/data is not supported/,
    ],
    [
      `import { sleep } from 'k6'; export default () => sleep(1)`,
      107,
      /import of sleep from k6 is not supported/,
    ],
    [`export const options = { vus: 1 }; export default () => {}`, 104, /option vus is not supported/],
    [
      `export default () => __VU`,
      0,
      /__VU \(use exec\.vu\) is not supported: the bundled runner offers k6 \{check/,
    ],
    [`export const nothing = 1`, 104, /runs the function default, which the script must export/],
  ];
  const results = await Promise.all(cases.map(([source]) => run(source)));
  for (const [index, { exitCode, stderr }] of results.entries()) {
    assert.deepEqual([exitCode, cases[index]?.[2].test(stderr)], [cases[index]?.[1], true], stderr);
  }
});

test('Ctrl-C lets the running iteration finish, then sums up and exits 105', async (t) => {
  const server = await startServer((_, response) => {
    setTimeout(() => response.end(), 300);
  });
  t.after(() => server.close());
  await withTempFolder(async (cwd) => {
    const source = `
      import http from 'k6/http';
      export const options = { scenarios: { a: { executor: 'constant-vus', duration: '10m' } } };
      export default async () => { await http.asyncRequest('GET', '${server.url}/iteration'); };
      export const teardown = async () => { await http.asyncRequest('GET', '${server.url}/teardown'); };`;
    const { child, ended } = start({ cwd, args: ['run', await writeScript({ folder: cwd, source })] });
    const deadline = Date.now() + 10_000;
    while (server.received.length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    assert.equal(exitCode, 105);
    assert.match(stdout, /iterations\.+: 1 /);
    assert.deepEqual(
      server.received.map(({ path }) => path),
      ['/iteration', '/teardown'],
    );
  });
});
