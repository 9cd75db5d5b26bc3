import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InfraError } from '../errors.ts';
import { IMAGES } from '../topology/component.ts';
import { topologyOf } from '../topology.ts';
import { publishedPorts } from './ports.ts';
import { PORTS, readSettings } from './settings.ts';

const settingsOf = (config: Readonly<Record<string, string>>) => readSettings((key) => config[key]);

test('every setting has a default', () => {
  const settings = settingsOf({});
  assert.equal(settings.prefix, 'storefront');
  assert.deepEqual(settings.ports, PORTS);
  const { postgres, s3, redis, collector, prometheus } = IMAGES;
  const { node, ...others } = settings.images;
  assert.deepEqual(others, { postgres, s3, redis, collector, prometheus });
  assert.match(node, /^node:\d+\.\d+\.\d+-\S+$/);
  assert.deepEqual([settings.deployed, settings.replicas, settings.env, settings.limits], [{}, {}, {}, {}]);
});

test('what is given is laid over the defaults', () => {
  const settings = settingsOf({
    prefix: 'shop-2',
    s3Image: 'example.org/s3:1',
    ports: '{"web-api":9999}',
    deployed: '{"web-api":["1.8.0"]}',
    replicas: '{"payment-worker":8}',
    env: '{"web-api":{"A":"1"}}',
    limits: '{"web-api":{"memoryMiB":99}}',
  });
  assert.equal(settings.prefix, 'shop-2');
  assert.equal(settings.images.s3, 'example.org/s3:1');
  assert.deepEqual(settings.ports, { ...PORTS, 'web-api': 9999 });
  assert.deepEqual(settings.deployed, { 'web-api': ['1.8.0'] });
  assert.deepEqual(settings.replicas, { 'payment-worker': 8 });
  assert.deepEqual(settings.env, { 'web-api': { A: '1' } });
  assert.deepEqual(settings.limits, { 'web-api': { memoryMiB: 99 } });
});

test('what the command took for a number or a truth value is a text again', () => {
  const { env } = settingsOf({ env: '{"web-api":{"DB_POOL_SIZE":2,"VERBOSE":true,"NONE":""}}' });
  assert.deepEqual(env, { 'web-api': { DB_POOL_SIZE: '2', VERBOSE: 'true', NONE: '' } });
});

test('by default no two published ports are the same', () => {
  const { ports } = settingsOf({});
  const all = topologyOf('docker').flatMap((component) =>
    Object.values(publishedPorts({ component, ports })),
  );
  assert.deepEqual(all.sort(), [...new Set(all)]);
});

for (const [key, text, code, message] of [
  ['prefix', 'Shop', 'SETTING_INVALID', /faultline:prefix must match .+, got "Shop"/],
  ['prefix', '', 'SETTING_INVALID', /faultline:prefix must match .+, got ""/],
  ['prefix', 'shop/../x', 'SETTING_INVALID', /faultline:prefix must match/],
  ['s3Image', '', 'SETTING_INVALID', /faultline:s3Image must be the name of an image, got ""/],
  ['worker', 'yes', 'SETTING_INVALID', /faultline:worker must be true or false, got "yes"/],
  ['ports', '{"web-api":', 'SETTING_INVALID', /faultline:ports must be an object by component/],
  ['ports', '[1]', 'SETTING_INVALID', /faultline:ports must be an object by component, got "\[1\]"/],
  ['ports', 'null', 'SETTING_INVALID', /faultline:ports must be an object by component, got "null"/],
  ['ports', '{"web-api":0}', 'SETTING_INVALID', /faultline:ports of web-api must be from 1 to 65535, got 0/],
  ['ports', '{"web-api":70000}', 'SETTING_INVALID', /must be from 1 to 65535, got 70000/],
  ['ports', '{"web-api":"80"}', 'SETTING_INVALID', /must be from 1 to 65535, got "80"/],
  ['ports', '{"collector":65534}', 'SETTING_INVALID', /faultline:ports of collector must be from 1 to 65532/],
  ['ports', '{"web-ap":80}', 'COMPONENT_UNKNOWN', /component must be one of s3, .+, got "web-ap"/],
  ['replicas', '{"nobody":2}', 'COMPONENT_UNKNOWN', /got "nobody"/],
  ['deployed', '{"nobody":[]}', 'COMPONENT_UNKNOWN', /got "nobody"/],
  ['env', '{"nobody":{}}', 'COMPONENT_UNKNOWN', /got "nobody"/],
  ['limits', '{"nobody":{}}', 'COMPONENT_UNKNOWN', /got "nobody"/],
  ['replicas', '{"web-api":2}', 'REPLICAS_INVALID', /from 1 to 1, got 2 \(its callers know one address\)/],
  ['replicas', '{"payment-worker":9}', 'REPLICAS_INVALID', /from 1 to 8, got 9/],
  ['replicas', '{"payment-worker":0}', 'REPLICAS_INVALID', /from 1 to 8, got 0/],
  ['replicas', '{"payment-worker":"2"}', 'REPLICAS_INVALID', /from 1 to 8, got "2"/],
  [
    'deployed',
    '{"web-api":["0.0.1"]}',
    'RELEASE_UNKNOWN',
    /release of web-api must be one of .+, got "0.0.1"/,
  ],
  ['deployed', '{"web-api":"1.8.0"}', 'SETTING_INVALID', /faultline:deployed of web-api must be a list/],
  ['env', '{"web-api":{"A":{}}}', 'SETTING_INVALID', /faultline:env of web-api must be texts by name/],
  ['env', '{"web-api":["A=1"]}', 'SETTING_INVALID', /faultline:env of web-api must be texts by name/],
  [
    'limits',
    '{"web-api":{"memoryMiB":0}}',
    'SETTING_INVALID',
    /faultline:limits of web-api must be whole numbers/,
  ],
  [
    'limits',
    '{"web-api":{"memoryMib":9}}',
    'SETTING_INVALID',
    /faultline:limits of web-api must be whole numbers/,
  ],
] as const) {
  test(`${key} ${text === '' ? '""' : text} is refused`, () => {
    assert.throws(
      () => settingsOf({ [key]: text }),
      (error) => {
        assert.ok(error instanceof InfraError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
