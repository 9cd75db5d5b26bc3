import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockedAwsStack } from './testing/mocked-stack.ts';
import { ofType, taskDefinitions } from './testing/tasks.ts';
import { findingsOf } from './walker/index.ts';

const ALLOW = '198.51.100.0/24';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d';

const closed = await mockedAwsStack();
const open = await mockedAwsStack({
  allow: [ALLOW],
  certificate: CERTIFICATE,
  host: 'shop.example.org',
  protect: ['datasets'],
});
const left = open.resources.filter(({ retainOnDelete }) => retainOnDelete);

test('the walker finds nothing in the stack as it is', () => {
  assert.deepEqual(findingsOf(closed.resources), []);
});

test('nor where somebody is let in and the datasets are to stay', () => {
  const protect = left.map(({ name }) => name);
  assert.deepEqual(findingsOf(open.resources, { ingress: [ALLOW], protect }), []);
});

test('it would find a container that may write, and a network that nobody has allowed', () => {
  const [task] = taskDefinitions(closed);
  const writable = String(task?.inputs.containerDefinitions).replace(
    '"readonlyRootFilesystem":true',
    '"readonlyRootFilesystem":false',
  );
  const changed = closed.resources.map((resource) =>
    resource === task
      ? { ...resource, inputs: { ...resource.inputs, containerDefinitions: writable } }
      : resource,
  );
  assert.equal(findingsOf(changed).length, 1);
  const protect = left.map(({ name }) => name);
  assert.notDeepEqual(findingsOf(open.resources, { protect }), []);
});

test('`destroy` leaves nothing but what `protect` names, and what that cannot be read without', () => {
  assert.deepEqual(
    closed.resources.filter(({ retainOnDelete }) => retainOnDelete),
    [],
  );
  assert.deepEqual([...new Set(left.map(({ name }) => name))].sort(), [
    'storefront-data',
    'storefront-datasets',
  ]);
  const kept = ofType(open, 's3/bucket:Bucket').map(({ name, inputs }) => [name, inputs.forceDestroy]);
  assert.deepEqual(kept, [
    ['storefront-raw', true],
    ['storefront-datasets', false],
  ]);
  const settings = left
    .filter(({ name }) => name === 'storefront-datasets')
    .map(({ type }) => type.split(':').at(-1));
  for (const kind of [
    'Bucket',
    'BucketPolicy',
    'BucketPublicAccessBlock',
    'BucketServerSideEncryptionConfiguration',
  ])
    assert.ok(settings.includes(kind), kind);
});
