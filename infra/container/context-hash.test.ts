import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CONTEXT, CONTEXT_ROOT, contextFiles, contextHash } from './context-hash.ts';

const paths = ['package.json', 'services', 'infra/collector'];

/** A small repository, and its hash after each change. */
function repository(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'context-'));
  t.after(() => rmSync(root, { recursive: true }));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('package.json', '{}');
  write('services/web-api/main.ts', 'start();');
  write('infra/collector/otelcol.yaml', 'receivers: {}');
  const written = (file: string, text: string) => {
    write(file, text);
    return contextHash({ root, paths });
  };
  return { root, write: written, hash: contextHash({ root, paths }) };
}

test('a source that changes by a byte makes another image', (t) => {
  const { root, write, hash } = repository(t);
  assert.notEqual(write('services/web-api/main.ts', 'start() '), hash);
  assert.equal(write('services/web-api/main.ts', 'start();'), hash, 'and back');
  assert.notEqual(write('infra/collector/otelcol.yaml', 'receivers: []'), hash);
  write('infra/collector/otelcol.yaml', 'receivers: {}');
  renameSync(join(root, 'services/web-api/main.ts'), join(root, 'services/web-api/start.ts'));
  assert.notEqual(contextHash({ root, paths }), hash, 'another name');
});

test('a byte that moves to the next file makes another image', (t) => {
  const { write } = repository(t);
  write('services/a.ts', 'xy');
  const before = write('services/b.ts', 'z');
  write('services/a.ts', 'x');
  assert.notEqual(write('services/b.ts', 'yz'), before);
});

test('tests, what is built and what no image is built from change nothing', (t) => {
  const { write, hash } = repository(t);
  const others = [
    'services/web-api/main.test.ts',
    'services/testing/server.ts',
    'services/web-api/fixtures/user.json',
    'services/dist/web-api.cjs',
    'services/node_modules/pg/index.js',
    'infra/collector/watch.ts',
    'infra/topology.ts',
    'README.md',
  ];
  for (const file of others) assert.equal(write(file, 'another'), hash, file);
});

test('where the repository lies changes nothing, another base image does', (t) => {
  const { root, hash } = repository(t);
  assert.equal(repository(t).hash, hash);
  assert.notEqual(contextHash({ root, paths, salt: 'node:24' }), hash);
});

test('all that the Dockerfile copies in is hashed', () => {
  const dockerfile = readFileSync(join(CONTEXT_ROOT, 'infra/docker/images/Dockerfile'), 'utf8');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--chown=\S+ )?(.+) \S+$/gm)].flatMap(
    ([, files = '']) => files.split(' '),
  );
  assert.ok(copied.includes('services'));
  for (const file of copied) {
    const path = file.replace(/\/\*\.\w+$/, '');
    assert.ok(
      CONTEXT.some((listed) => listed === path || path.startsWith(`${listed}/`)),
      file,
    );
  }
  const files = contextFiles({ root: CONTEXT_ROOT });
  for (const file of [
    'services/web-api/main.ts',
    'infra/collector/otelcol.yaml',
    'infra/prometheus/rules.yml',
  ])
    assert.ok(files.includes(file), file);
});
