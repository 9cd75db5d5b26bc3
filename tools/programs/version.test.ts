import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRAMS } from './catalogue.ts';
import { compareVersions, inRange, rangeText, versionIn } from './version.ts';

test('versions compare by number, not by text', () => {
  assert.equal(compareVersions('1.10.0', '1.9.9'), 1);
  assert.equal(compareVersions('1.21', '1.21.0'), 0);
  assert.equal(compareVersions('0.145.0', '0.145.1'), -1);
});

test('a range includes its lower and excludes its upper bound', () => {
  const range = { from: '1.8.0', below: '2.0.0' };
  assert.deepEqual(
    ['1.7.9', '1.8.0', '1.99.0', '2.0.0'].map((version) => inRange(version, range)),
    [false, true, true, false],
  );
  assert.equal(rangeText(range), '>= 1.8.0, < 2.0.0');
});

test('the version is found in what each program prints', () => {
  const printed = {
    otelcol: ['otelcol version 0.145.0', 'otelcol-contrib version 0.151.2'],
    versitygw: ['Version  : v1.8.0\nBuild    : abc\nBuildTime: 2026', 'Version  : 1.8.0'],
    redis: [
      'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64',
      'Valkey server v=8.1.3 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64',
    ],
    k6: ['k6 v1.2.3 (go1.24.4, linux/amd64)'],
    pulumi: ['v3.255.0'],
    'pulumi-resource-docker': ['5.2.0'],
    prometheus: ['prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5)'],
    promtool: ['promtool, version 3.5.0 (branch: HEAD, revision: 8be3a9560fbd)'],
  } as const;
  const versions = Object.entries(printed).flatMap(([name, texts]) =>
    texts.map((text) => versionIn(text, PROGRAMS[name as keyof typeof PROGRAMS].versionPattern)),
  );
  assert.deepEqual(versions, [
    '0.145.0',
    '0.151.2',
    '1.8.0',
    '1.8.0',
    '7.0.15',
    '8.1.3',
    '1.2.3',
    '3.255.0',
    '5.2.0',
    '2.42.0',
    '3.5.0',
  ]);
});
