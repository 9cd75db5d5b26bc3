import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testPython } from '../../tools/python/fixtures/python.ts';
import { problems } from './validate.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

test('the committed schema is what generate.py makes of the pinned package', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  const folder = await mkdtemp(join(tmpdir(), 'generate-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'generated'));
  await cp(join(here, 'generate.py'), join(folder, 'generate.py'));
  execFileSync(python, [join(folder, 'generate.py')]);
  const [made, kept] = await Promise.all(
    [folder, here].map((root) => readFile(join(root, 'generated/ocsf-1.8.0.json'), 'utf8')),
  );
  assert.ok(
    made === kept,
    'generated/ocsf-1.8.0.json is not what generate.py makes: run it, and commit the result',
  );
});

const valid = {
  class_uid: 4002,
  category_uid: 4,
  activity_id: 3,
  activity_name: 'Get',
  type_uid: 400203,
  severity_id: 1,
  severity: 'Informational',
  status_id: 1,
  status: 'Success',
  time: 1_795_508_227_991,
  metadata: { version: '1.8.0', profiles: ['host', 'trace'], product: { name: 'web-api' } },
  http_request: { http_method: 'GET', url: { path: '/api/users/1' } },
  http_response: { code: 200 },
};

test('a valid event has no problems', () => assert.deepEqual(problems(valid), []));

const WRONG: [name: string, change: object][] = [
  ['type_uid that is not class and activity', { type_uid: 400204 }],
  ['a caption of another id', { severity: 'High' }],
  ['a status of another id', { status: 'Failure' }],
  ['time in seconds', { time: 1_795_508_227 }],
  ['time as text', { time: '2026-11-24T08:00:00Z' }],
  ['an unknown profile', { metadata: { ...valid.metadata, profiles: ['weather'] } }],
  ['another version', { metadata: { ...valid.metadata, version: '1.7.0' } }],
  ['no metadata', { metadata: undefined }],
  ['an unknown attribute', { weather: 'fine' }],
  ['a null', { message: null }],
  ['a method in lower case', { http_request: { ...valid.http_request, http_method: 'get' } }],
  ['a severity that does not exist', { severity_id: 7, severity: undefined }],
  ['an unknown class', { class_uid: 4999, type_uid: 499903 }],
];

for (const [name, change] of WRONG) {
  test(`${name} is found`, () => {
    const event = JSON.parse(JSON.stringify({ ...valid, ...change }));
    assert.notDeepEqual(problems(event), []);
  });
}
