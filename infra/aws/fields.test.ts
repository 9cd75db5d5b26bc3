import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALLOWED } from './testing/fields/allowed.ts';
import { compare } from './testing/fields/compare.ts';
import { dockerFields } from './testing/fields/docker.ts';
import { ecsFields } from './testing/fields/ecs.ts';

const docker = await dockerFields();
const aws = await ecsFields();
const rows = compare({ docker, aws });
test('a task is what the container is, but for the differences that are listed', () => {
  assert.deepEqual(
    rows.filter(({ why }) => why === undefined),
    [],
  );
  assert.ok(rows.filter(({ why }) => why === '').length > 100, `${rows.length} rows`);
});

test('every listed difference is one', () => {
  const used = new Set(rows.map(({ why }) => why));
  assert.deepEqual(
    ALLOWED.filter(({ why }) => !used.has(why)),
    [],
  );
});

/** Puts something else where a task has `field`. */
const seeded = (component: string, field: string, value: string | undefined) => {
  const { [field]: _, ...others } = aws.get(component) ?? {};
  const changed = new Map([
    ...aws,
    [component, value === undefined ? others : { ...others, [field]: value }],
  ]);
  return compare({ docker, aws: changed })
    .filter(({ why }) => why === undefined)
    .map((row) => `${row.component}: ${row.field}`);
};

for (const [component, field, value] of [
  ['web-api', 'memory, MiB', '512'],
  ['web-api', 'user', '0:0'],
  ['auth-service', 'read-only root', 'no'],
  ['auth-service', 'capabilities dropped', ''],
  ['operator', 'health', 'CMD true'],
  ['operator', 'health, every', '30s'],
  ['payment-worker', 'stop grace, s', '120'],
  ['payment-worker', 'init process', undefined],
  ['collector', 'env GOMEMLIMIT', undefined],
  ['collector', 'env S3_DISABLE_SSL', 'true'],
  ['collector', 'env AWS_SECRET_ACCESS_KEY', 'a key'],
  [
    'database-setup',
    'env DATABASE_URL',
    'postgres://storefront:{postgresPassword}@elsewhere:5432/storefront',
  ],
  ['prometheus', 'tmpfs /run/storefront', 'rw'],
  ['prometheus', 'ports', '9090 9091'],
  ['web-api', 'privileged', 'yes'],
] as const)
  test(`a difference in "${field}" of ${component} is found`, () =>
    assert.deepEqual(seeded(component, field, value), [`${component}: ${field}`]));
