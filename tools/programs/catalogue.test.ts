import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAMS } from './catalogue.ts';
import { inRange } from './version.ts';

const { otelcol, versitygw } = PROGRAMS;

test('the versions in the catalogue are those that the modules pin', async () => {
  const manifest = await readFile(join(otelcol.module?.folder ?? '', 'builder.yaml'), 'utf8');
  assert.equal(/^ {2}version: (.+)$/m.exec(manifest)?.[1], otelcol.module?.version);
  const pins = await readFile(join(versitygw.module?.folder ?? '', 'go.mod'), 'utf8');
  assert.equal(/github\.com\/versity\/versitygw v(\S+)/.exec(pins)?.[1], versitygw.module?.version);
  assert.deepEqual(versitygw.module?.ldflags, [`-X main.Version=v${versitygw.module?.version}`]);
});

test('what is built is within the range that is accepted from PATH', () => {
  for (const { name, module, range } of [otelcol, versitygw]) {
    assert.ok(module && inRange(module.version, range), name);
  }
});
