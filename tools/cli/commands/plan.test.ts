import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { faultline, makeFolder } from '../testing/command.ts';

test('the plan of a campaign as text: every case with its change, and one line of time', async (t) => {
  const folder = await makeFolder(t);
  const { code, stdout } = await faultline(folder, 'plan', '--campaign', 'quick', '--seed', '11');
  assert.equal(code, 0);
  assert.match(stdout, /^campaign quick, seed 11: 13:05, time scale 40\n/);
  assert.equal(stdout.match(/^ *\d+:\d\d .*\b(fault|benign)\b/gm)?.length, 9);
  assert.match(stdout, /04-cache-storm +fault +cache_flush of cache filled → 0 keys/);
  assert.match(stdout, /10-surge +benign +3 × the traffic/);
  assert.match(stdout, /\n[.#=-]{96}\n# a fault holds/);
});

test('as JSON it is the same twice, byte for byte, and its SHA-256 is the plan hash that the text tells', async (t) => {
  const folder = await makeFolder(t);
  const ask = (...args: string[]) =>
    faultline(folder, 'plan', '--campaign', 'standard', '--seed', '7', ...args);
  const [first, second, text] = await Promise.all([ask('--json'), ask('--json'), ask()]);
  assert.equal(first.stdout, second.stdout);
  const hash = createHash('sha256').update(first.stdout).digest('hex');
  assert.match(text.stdout, new RegExp(`plan hash: ${hash}\n`));
  assert.equal(JSON.parse(first.stdout).seed, 7);
});

test('options change the plan; without a seed one is drawn and told', async (t) => {
  const folder = await makeFolder(t);
  const args = ['plan', '--campaign', 'none', '--duration', '1h', '--rate', '5', '--json'];
  const { stdout } = await faultline(folder, ...args);
  const { seed, ...made } = JSON.parse(stdout);
  assert.ok(Number.isInteger(seed));
  assert.deepEqual(made.traffic.requests, 18_000);
  const scaled = ['plan', '--time-scale', '10', '--duration', '1h', '--seed', '1', '--json'];
  const { time_scale, duration_ms } = JSON.parse((await faultline(folder, ...scaled)).stdout);
  assert.deepEqual({ time_scale, duration_ms }, { time_scale: 10, duration_ms: 3_600_000 });
});

for (const [name, args, text] of [
  ['a campaign that there is not', ['--campaign', 'slow'], /Allowed choices are quick, standard, none/],
  ['a run that is too short', ['--duration', '5m'], /quick must have at least 745 s .*got 300 s/],
  ['a time scale of zero', ['--time-scale', '0'], /a time scale is a number from 1 to 1000, got "0"/],
] as const)
  test(`${name} is refused`, async (t) => {
    const { code, stderr } = await faultline(await makeFolder(t), 'plan', ...args);
    assert.equal(code, 2);
    assert.match(stderr, text);
  });
