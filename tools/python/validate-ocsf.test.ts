import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { testPython } from './fixtures/python.ts';
import { scripts } from './resolve.ts';

const TIME = 1_764_000_000_000;

const metadata = (profiles: string[]) => ({
  version: '1.8.0',
  product: { name: 'web-api', vendor_name: 'storefront' },
  profiles,
});

const http = () => ({
  ...{ class_uid: 4002, class_name: 'HTTP Activity', category_uid: 4, activity_id: 3, activity_name: 'Get' },
  ...{ type_uid: 400203, severity_id: 1, severity: 'Informational', status_id: 1, status: 'Success' },
  ...{ time: TIME, metadata: metadata(['trace']) },
  http_request: { http_method: 'GET', url: { path: '/api/users/7' } },
  http_response: { code: 200 },
  trace: { uid: '0af7651916cd43dd8448eb211c80319c' },
});

const metric = () => ({
  ...{ class_uid: 0, category_uid: 0, activity_id: 99, activity_name: 'Metric Sample', type_uid: 99 },
  ...{ severity_id: 1, time: TIME, metadata: metadata([]), message: 'up' },
  unmapped: { metric: { name: 'up', value: 1.5 } },
});

async function validate(python: string, events: unknown[], ...flags: string[]) {
  const child = spawn(python, [scripts.validateOcsf, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(
    events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n'),
  );
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  const summary = JSON.parse(lines.pop() ?? '') as { checked: number; failed: number };
  return { lines, summary, code: child.exitCode ?? (await new Promise((done) => child.once('exit', done))) };
}

test('valid events pass, by the fast and by the reference validator', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  for (const flags of [[], ['--reference']]) {
    const { code, lines, summary } = await validate(python, [http(), metric()], ...flags);
    assert.deepEqual(lines, []);
    assert.deepEqual(summary, { checked: 2, failed: 0, classes: { 0: 1, 4002: 1 } });
    assert.equal(code, 0);
  }
});

test('each kind of mistake is found and named', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  const { trace, ...untraced } = http();
  const mistakes: [unknown, RegExp][] = [
    [{ ...http(), colour: 'red' }, /colour/],
    [{ ...http(), severity_id: 7, severity: undefined }, /severity_id: 7 is not one of/],
    [{ ...http(), status_code: 200 }, /status_code: 200 is not of type 'string'/],
    [{ ...http(), message: null }, /message: None is not of type 'string'/],
    [
      { ...http(), http_request: undefined, http_response: undefined },
      /is not valid under any of the given schemas/,
    ],
    [{ ...untraced, trace, metadata: metadata([]) }, /trace/],
    [{ ...http(), type_uid: 400206 }, /type_uid must be class_uid \* 100 \+ activity_id, got 400206/],
    [{ ...http(), severity: 'High' }, /severity 'High' does not belong to severity_id 1 \('Informational'\)/],
    [{ ...http(), activity_name: 'Post' }, /activity_name 'Post' does not belong to activity_id 3/],
    [{ ...http(), time: TIME / 1000 }, /time must be epoch milliseconds, got 1764000000/],
    [{ ...http(), time: '2025-11-24T16:00:00Z' }, /time must be epoch milliseconds/],
    [{ ...http(), metadata: metadata(['traces']) }, /profile 'traces' does not exist/],
    [{ ...http(), metadata: { ...metadata([]), version: '1.7.0' } }, /metadata\.version must be '1\.8\.0'/],
    [{ ...http(), class_uid: 4999 }, /class_uid must be a class of OCSF 1\.8\.0, got 4999/],
    ['{"class_uid": 0,', /not JSON/],
    [JSON.stringify(metric()).replace('1.5', 'NaN'), /NaN is not JSON/],
  ];
  const { code, lines, summary } = await validate(python, [metric(), ...mistakes.map(([event]) => event)]);
  assert.deepEqual([summary.checked, summary.failed, code], [mistakes.length + 1, mistakes.length, 1]);
  for (const [index, [, pattern]] of mistakes.entries()) {
    assert.match(lines[index] ?? '', new RegExp(`^-:${index + 2}: .*${pattern.source}`));
  }
});

test('no events at all is a failure', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  assert.equal((await validate(python, [])).code, 1);
});
