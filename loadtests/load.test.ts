import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LoadProgress, runScenario } from './load.ts';
import { withTempFolder } from './testing/run.ts';
import { writeScript } from './testing/script.ts';
import { startServer } from './testing/server.ts';
import { startStorefront } from './testing/storefront.ts';

const STEADY = fileURLToPath(new URL('./scenarios/01-steady.ts', import.meta.url));
const CLI = fileURLToPath(new URL('./runner/cli.ts', import.meta.url));

/**
 * A program called k6 on PATH, to test how k6 is found, called and read: it answers `k6 version` as k6 does and hands
 * `k6 run` to the bundled runner. k6 itself is not ours to install.
 */
async function standIn({ folder, version }: { folder: string; version: string }): Promise<string> {
  const path = join(folder, 'k6');
  const run = `exec "${process.execPath}" --import "${import.meta.resolve('tsx')}" "${CLI}" "$@"`;
  const answer = `echo "k6 v${version} (commit/0123456789, go1.24.1, linux/amd64)"`;
  await writeFile(path, `#!/bin/sh\nif [ "$1" = version ]; then ${answer}; else ${run}; fi\n`);
  await chmod(path, 0o755);
  return `${folder}:/usr/bin:/bin`;
}

test('a missing stack ends the run with the command that starts one', async () => {
  const gone = await startServer();
  await gone.close();
  await withTempFolder(async (folder) => {
    const { exitCode, log } = await runScenario({
      script: STEADY,
      runner: 'node',
      out: join(folder, 'points.ndjson'),
      env: { FAULTLINE_WEB_API_URL: gone.url },
    });
    assert.equal(exitCode, 107);
    assert.match(
      log,
      /no storefront answers at http:\/\/127\.0\.0\.1:\d+ \(dial: connection refused\).*npx faultline/,
    );
  });
});

test('foreign hosts and missing scripts are refused before anything starts', async () => {
  const start = (script: string, env: Record<string, string>) =>
    runScenario({ script, runner: 'node', out: '/nonexistent/points', env });
  await assert.rejects(start(STEADY, { FAULTLINE_WEB_API_URL: 'http://example.com' }), {
    code: 'TARGET_REFUSED',
    message: /must be a loopback or private address, got "example\.com".*FAULTLINE_ALLOW_REMOTE=1/,
  });
  await assert.rejects(start('absent.ts', {}), { code: 'SCRIPT_MISSING' });
});

test('an abort is a Ctrl-C: exit 105, with everything that was measured', async (t) => {
  const server = await startStorefront();
  t.after(() => server.close());
  await withTempFolder(async (folder) => {
    const stop = new AbortController();
    const progress: LoadProgress[] = [];
    const result = await runScenario({
      script: STEADY,
      runner: 'node',
      out: join(folder, 'points.ndjson'),
      env: { FAULTLINE_WEB_API_URL: server.url, FAULTLINE_RATE: '40', FAULTLINE_DURATION: '10m' },
      signal: stop.signal,
      onProgress: (now) => {
        progress.push(now);
        if (now.iterations > 0) stop.abort();
      },
    });
    assert.equal(result.exitCode, 105);
    const last = progress.at(-1);
    const total = server.received.length;
    assert.deepEqual([last?.requests, result.summary?.metrics.http_reqs?.count], [total, total]);
    assert.match(result.text, /TOTAL RESULTS/);
  });
});

test('a second Ctrl-C cuts off what the first one waits for', { timeout: 120_000 }, async (t) => {
  const arrivals = new EventEmitter();
  const asked = once(arrivals, 'request');
  const server = await startServer(() => arrivals.emit('request')); // and never answers
  t.after(() => server.close());
  await withTempFolder(async (folder) => {
    const source = `
      import http from 'k6/http';
      export const options = {
        scenarios: { a: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '10m', gracefulStop: '10m' } },
      };
      export default async () => { await http.asyncRequest('GET', '${server.url}/', null, { timeout: '10m' }); };`;
    const [stop, cutOff] = [new AbortController(), new AbortController()];
    let seconds = 0;
    const running = runScenario({
      script: await writeScript({ folder, source }),
      runner: 'node',
      out: join(folder, 'points.ndjson'),
      signal: stop.signal,
      cutOff: cutOff.signal,
      // a report a second: the first after the Ctrl-C says that it goes on all the same
      onProgress: () => {
        if (stop.signal.aborted && ++seconds === 2) cutOff.abort();
      },
    });
    await asked;
    stop.abort();
    const result = await running;
    assert.ok(cutOff.signal.aborted, 'the first one alone ended it');
    assert.equal(result.exitCode, 105);
    assert.equal(result.summary?.metrics.iterations?.count ?? 0, 0);
  });
});

test('k6 on PATH is preferred, and its points give the summary and the progress', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  await withTempFolder(async (folder) => {
    const source = `
      import http from 'k6/http';
      export const options = {
        scenarios: { a: { executor: 'constant-arrival-rate', rate: 10, duration: '2s', preAllocatedVUs: 2 } },
      };
      export default async () => { await http.asyncRequest('GET', '${server.url}/' + (__ENV.K6_VUS ?? 'none')); };`;
    const progress: LoadProgress[] = [];
    const result = await runScenario({
      script: await writeScript({ folder, source }),
      out: join(folder, 'points.ndjson'),
      env: { PATH: await standIn({ folder, version: '1.3.0' }), K6_VUS: '9' },
      onProgress: (now) => progress.push(now),
    });
    assert.deepEqual([result.runner, result.runnerVersion, result.exitCode], ['k6', '1.3.0', 0], result.log);
    assert.equal(result.summary?.metrics.iterations?.count, 20);
    assert.equal(progress.at(-1)?.requests, 20);
    assert.ok(progress.length >= 2);
    assert.deepEqual(new Set(server.received.map(({ path }) => path)), new Set(['/none']));
  });
});

test('a k6 before 1.0 is passed over, or refused when asked for by name', async () => {
  await withTempFolder(async (folder) => {
    const script = await writeScript({ folder, source: 'export default () => {}' });
    const common = {
      script,
      out: join(folder, 'points.ndjson'),
      env: { PATH: await standIn({ folder, version: '0.57.0' }) },
    };
    assert.equal((await runScenario(common)).runner, 'node');
    await assert.rejects(runScenario({ ...common, runner: 'k6' }), {
      code: 'K6_TOO_OLD',
      message: /got 0\.57\.0/,
    });
    await assert.rejects(runScenario({ ...common, runner: 'k6', env: { PATH: '/nonexistent' } }), {
      code: 'K6_MISSING',
    });
  });
});
