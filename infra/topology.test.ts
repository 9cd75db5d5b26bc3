import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { makeSecrets } from './secrets.ts';
import type { Address } from './target.ts';
import { COMPONENT_NAMES, type Component, type Surroundings } from './topology/component.ts';
import { componentOf, TOPOLOGY, topologyOf } from './topology.ts';

const address = { host: '10.0.0.1', port: 1234, url: 'http://10.0.0.1:1234' };

const surroundingsOf = ({ ports, limits }: Component, there: Address = address): Surroundings => ({
  own: Object.fromEntries(Object.keys(ports).map((name) => [name, address])),
  address: () => there,
  secrets: makeSecrets(),
  environment: 'local',
  version: '1.8.0',
  rawPrefix: 'raw',
  limits,
});

test('every component is listed once, after all that it needs', () => {
  assert.deepEqual(
    TOPOLOGY.map(({ name }) => name),
    [...COMPONENT_NAMES],
  );
  for (const [index, { name, needs }] of TOPOLOGY.entries()) {
    const earlier = TOPOLOGY.slice(0, index).map((component) => component.name);
    for (const need of needs) assert.ok(earlier.includes(need), `${name} needs ${need}`);
  }
});

for (const [kind, most] of [
  ['embedded', 2048],
  ['docker', 3072],
] as const) {
  test(`the ${kind} stack fits into ${most} MiB`, () => {
    const lasting = topologyOf(kind).filter(({ role }) => role !== 'task');
    const total = lasting.reduce((sum, { limits }) => sum + limits.memoryMiB, 0);
    assert.ok(total <= most, `${total} MiB`);
  });
}

test('images are pinned', () => {
  for (const { image, name } of TOPOLOGY) assert.match(image, /^[a-z/-]+:(?!latest)\S+$/, name);
});

test('every value is there, and none tells what the stack is for', () => {
  for (const component of TOPOLOGY) {
    const surroundings = surroundingsOf(component);
    const values = { ...component.env(surroundings), ...component.settings?.(surroundings) };
    for (const [name, value] of Object.entries(values)) {
      assert.ok(value !== '' && !/undefined|null|NaN/.test(value), `${component.name} ${name}=${value}`);
      assert.doesNotMatch(`${name}=${value}`, /faultline|fault|inject|chaos/i);
    }
  }
});

test('where nothing but TLS is spoken the services speak it', () => {
  const managed = componentOf('web-api').env(
    surroundingsOf(componentOf('web-api'), { ...address, tls: true }),
  );
  const { ssl } = new Client({ connectionString: managed.DATABASE_URL }) as unknown as { ssl: object };
  assert.deepEqual(ssl, { rejectUnauthorized: false });
  for (const name of ['CACHE_URL', 'QUEUE_URL']) {
    const redis = new Redis(String(managed[name]), { lazyConnect: true });
    assert.ok(redis.options.tls, name);
    redis.disconnect();
  }
  const plain = componentOf('web-api').env(surroundingsOf(componentOf('web-api')));
  assert.ok(!new Client({ connectionString: plain.DATABASE_URL }).ssl);
  assert.match(String(plain.CACHE_URL), /^redis:/);
});
