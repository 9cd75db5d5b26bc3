import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, type Request } from './evaluate.ts';
import { EXAMPLE } from './example.ts';
import {
  bucketPolicy,
  converterQueuePolicy,
  deadQueuePolicy,
  endpointPolicy,
  keyPolicy,
  type PolicyDocument,
  policyOf,
  ROLE_NAMES,
  taskEventsQueuePolicy,
  trustOf,
} from './index.ts';

const RULE = 'arn:aws:events:us-east-1:123456789012:rule/storefront-task-events';
const SSE = 's3:x-amz-server-side-encryption';
const TLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
const may = (document: PolicyDocument, request: Request): boolean => decide([document], request).allowed;

test('a bucket refuses plain HTTP, old TLS and another encryption, whoever may put', () => {
  const documents = [policyOf('collector-task', EXAMPLE), bucketPolicy(EXAMPLE.rawBucket, EXAMPLE)];
  const put = (context: Record<string, string>) =>
    decide(documents, { action: 's3:PutObject', resource: `${EXAMPLE.rawBucket}/raw/x`, context }).allowed;
  assert.equal(put(TLS), true);
  assert.equal(put({ ...TLS, [SSE]: 'aws:kms', [`${SSE}-aws-kms-key-id`]: EXAMPLE.dataKey }), true);
  assert.equal(put({ ...TLS, 'aws:SecureTransport': 'false' }), false);
  assert.equal(put({ ...TLS, 's3:TlsVersion': '1.1' }), false);
  assert.equal(put({ ...TLS, [SSE]: 'AES256' }), false);
  assert.equal(put({ ...TLS, [SSE]: 'aws:kms', [`${SSE}-aws-kms-key-id`]: 'arn:aws:kms:x:y:key/z' }), false);
});

test('the queue of the converter takes from the raw bucket alone, and that of task events from its rule', () => {
  const from = (source: string, account = EXAMPLE.accountId) => ({
    ...{ 'aws:SourceArn': source, 'aws:SourceAccount': account, 'aws:SecureTransport': 'true' },
  });
  const sends = (
    queue: 'converterQueue' | 'taskEventsQueue',
    principal: string,
    context: Record<string, string>,
  ) =>
    may(queue === 'converterQueue' ? converterQueuePolicy(EXAMPLE) : taskEventsQueuePolicy(EXAMPLE, RULE), {
      ...{ action: 'sqs:SendMessage', resource: EXAMPLE[queue], principal, context },
    });
  const s3 = 's3.amazonaws.com';
  assert.equal(sends('converterQueue', s3, from(EXAMPLE.rawBucket)), true);
  assert.equal(sends('converterQueue', s3, from(EXAMPLE.datasetsBucket)), false);
  assert.equal(sends('converterQueue', s3, from(EXAMPLE.rawBucket, '999999999999')), false);
  assert.equal(
    sends('converterQueue', s3, { ...from(EXAMPLE.rawBucket), 'aws:SecureTransport': 'false' }),
    false,
  );
  assert.equal(sends('converterQueue', 'events.amazonaws.com', from(EXAMPLE.rawBucket)), false);
  assert.equal(sends('taskEventsQueue', 'events.amazonaws.com', from(RULE)), true);
  assert.equal(sends('taskEventsQueue', 'events.amazonaws.com', from(`${RULE}-other`)), false);
  assert.equal(sends('taskEventsQueue', s3, from(RULE)), false);
  const dead = {
    action: 'sqs:SendMessage',
    resource: EXAMPLE.deadQueue,
    principal: s3,
    context: from(EXAMPLE.rawBucket),
  };
  assert.equal(may(deadQueuePolicy(EXAMPLE), dead), false);
});

test('the key is the account’s by IAM, and of logs for its own groups', () => {
  const logs = (group: string) => ({
    ...{
      action: 'kms:GenerateDataKey',
      resource: EXAMPLE.dataKey,
      principal: 'logs.us-east-1.amazonaws.com',
    },
    context: {
      'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:123456789012:log-group:${group}`,
    },
  });
  assert.equal(may(keyPolicy(EXAMPLE), logs('/storefront/seal')), true);
  assert.equal(may(keyPolicy(EXAMPLE), logs('/other/seal')), false);
  const role = (account: string) => ({
    ...{ action: 'kms:Decrypt', resource: EXAMPLE.dataKey, principal: `arn:aws:iam::${account}:role/x` },
  });
  assert.equal(may(keyPolicy(EXAMPLE), role(EXAMPLE.accountId)), true);
  assert.equal(may(keyPolicy(EXAMPLE), role('999999999999')), false);
});

test('an endpoint lets through what roles in the network may, of this account, and layers of images', () => {
  const passes = (service: string, action: string, resource: string, account?: string) =>
    may(endpointPolicy(service, EXAMPLE), {
      ...{ action, resource },
      context: account === undefined ? {} : { 'aws:PrincipalAccount': account },
    });
  const { accountId, rawBucket, taskEventsQueue, converterQueue } = EXAMPLE;
  assert.equal(passes('s3', 's3:PutObject', `${rawBucket}/raw/x`, accountId), true);
  assert.equal(passes('s3', 's3:PutObject', `${rawBucket}/raw/x`, '999999999999'), false);
  assert.equal(passes('s3', 's3:PutObject', 'arn:aws:s3:::somebody-else/x', accountId), false);
  const layer = 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/layer';
  assert.equal(passes('s3', 's3:GetObject', layer), true);
  assert.equal(passes('s3', 's3:PutObject', layer, accountId), false);
  assert.equal(passes('ecr.dkr', 'ecr:BatchGetImage', EXAMPLE.repositories[0] ?? '', accountId), true);
  assert.equal(passes('ecr.api', 'ecr:GetAuthorizationToken', '*', accountId), true);
  assert.equal(passes('sqs', 'sqs:ReceiveMessage', taskEventsQueue, accountId), true);
  // that one is the function's, which is elsewhere
  assert.equal(passes('sqs', 'sqs:ReceiveMessage', converterQueue, accountId), false);
  assert.equal(passes('ecs', 'ecs:UpdateService', EXAMPLE.services.replace('*', 'web-api'), accountId), true);
  for (const service of ['s3', 'ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sqs', 'ecs']) {
    const document = endpointPolicy(service, EXAMPLE);
    assert.ok(document.Statement.length > 0, service);
    // an endpoint takes 20,480 letters
    assert.ok(JSON.stringify(document).length < 20_480 / 2, service);
  }
});

test('a role is taken on by the service that runs it, for this account', () => {
  const takes = (role: (typeof ROLE_NAMES)[number], principal: string, account = EXAMPLE.accountId) =>
    may(trustOf(role, EXAMPLE), {
      ...{ action: 'sts:AssumeRole', resource: '', principal },
      context: {
        'aws:SourceAccount': account,
        'aws:SourceArn': `arn:aws:ecs:us-east-1:${account}:task/storefront/1`,
      },
    });
  for (const role of ROLE_NAMES) {
    const isFunction = role === 'converter-function';
    assert.equal(takes(role, 'ecs-tasks.amazonaws.com'), !isFunction, role);
    assert.equal(takes(role, 'lambda.amazonaws.com'), isFunction, role);
    assert.equal(takes(role, 'ecs-tasks.amazonaws.com', '999999999999'), false, role);
  }
});

test('policies are as IAM takes them: names of statements are letters and digits, and a role has room for them', () => {
  for (const role of ROLE_NAMES) {
    const { Statement } = policyOf(role, EXAMPLE);
    const names = Statement.map(({ Sid }) => Sid);
    assert.deepEqual(
      names.filter((name) => !/^[A-Za-z0-9]+$/.test(name)),
      [],
    );
    assert.equal(new Set(names).size, names.length);
    // all inline policies of a role together may have 10,240 letters, white space not counted
    assert.ok(JSON.stringify(policyOf(role, EXAMPLE)).length < 10_240 / 2, role);
  }
});
