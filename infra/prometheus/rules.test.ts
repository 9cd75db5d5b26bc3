import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../tools/programs/command.ts';
import { ProgramError } from '../../tools/programs/errors.ts';
import { resolveProgram } from '../../tools/programs/resolve.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

/** undefined: the test is skipped, for there is no promtool; in CI it is made, or that is a failure. */
async function promtool(t: TestContext, args: string[]): Promise<string | undefined> {
  const program = await resolveProgram('promtool', { build: Boolean(process.env.CI) }).catch(
    (error: unknown) => {
      if (process.env.CI || !(error instanceof ProgramError)) throw error;
      return t.skip(error.message);
    },
  );
  if (!program) return undefined;
  const { code, stdout, stderr } = await runCommand({ file: program.path, args, timeoutMs: 60_000 });
  assert.equal(code, 0, stdout + stderr);
  return stdout + stderr;
}

test('promtool accepts the configuration', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'metrics-token'), 'token');
  const here = read('prometheus.yml')
    .replaceAll('/run/storefront/', `${folder}/`)
    .replaceAll('/etc/prometheus/', path('./'));
  writeFileSync(join(folder, 'prometheus.yml'), here);
  const said = await promtool(t, ['check', 'config', join(folder, 'prometheus.yml')]);
  if (said !== undefined) assert.match(said, /SUCCESS: 1 rule files found/);
});

test('promtool accepts the rules', async (t) => {
  const said = await promtool(t, ['check', 'rules', path('rules.yml')]);
  if (said !== undefined) assert.match(said, /SUCCESS: \d+ rules found/);
});

test('alerts fire when they should, and not otherwise', async (t) => {
  await promtool(t, ['test', 'rules', path('testing/alerts.yml')]);
});

test('of each alert both is tested', () => {
  const alerts = [...read('rules.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  assert.ok(alerts.length > 0);
  const tests = read('testing/alerts.yml');
  for (const name of alerts) {
    assert.match(tests, new RegExp(`alertname: ${name}, exp_alerts: \\[\\]`), `${name} is silent`);
    assert.match(tests, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`), `${name} fires`);
  }
});
