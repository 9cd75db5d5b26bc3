import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds } from './conditions.ts';
import { documentOf, type Statement } from './document.ts';
import { decide, type Request } from './evaluate.ts';

const allow = (more: Partial<Statement>): Statement => ({
  ...{ Sid: 'Allow', Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::raw/raw/*'] },
  ...more,
});
const read: Request = { action: 's3:GetObject', resource: 'arn:aws:s3:::raw/raw/2026/x' };
const may = (statements: Statement[], request: Partial<Request> = {}): boolean =>
  decide([documentOf(statements)], { ...read, ...request }).allowed;

test('nothing is allowed that no statement allows', () => {
  assert.equal(may([]), false);
  assert.equal(may([allow({})]), true);
  assert.equal(may([allow({})], { action: 's3:PutObject' }), false);
  assert.equal(may([allow({})], { resource: 'arn:aws:s3:::raw/parts/x' }), false);
  assert.equal(may([allow({})], { resource: 'arn:aws:s3:::raw' }), false);
});

test('a statement that denies wins, in whichever policy it stands', () => {
  const deny = allow({ Sid: 'Deny', Effect: 'Deny', Resource: ['*'], Principal: '*' });
  const decision = decide([documentOf([allow({})]), documentOf([deny])], read);
  assert.deepEqual([decision.allowed, decision.by.map(({ Sid }) => Sid)], [false, ['Deny']]);
});

test('names of actions may be written in any case, ARNs may not; dots and dollars are no patterns', () => {
  assert.equal(may([allow({ Action: ['S3:getobject'] })]), true);
  assert.equal(may([allow({ Action: ['s3:Get*'] })]), true);
  assert.equal(may([allow({ Action: ['s3:GetObjec?'] })]), true);
  assert.equal(may([allow({ Resource: ['arn:aws:s3:::RAW/raw/*'] })]), false);
  assert.equal(may([allow({ Resource: ['arn:aws:s3:::r.w/raw/*'] })]), false);
});

test('a policy of a resource is for whom it names', () => {
  const service = [allow({ Principal: { Service: 's3.amazonaws.com' } })];
  assert.equal(may(service, { principal: 's3.amazonaws.com' }), true);
  assert.equal(may(service, { principal: 'events.amazonaws.com' }), false);
  assert.equal(may(service), false);
  const account = [allow({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } })];
  assert.equal(may(account, { principal: 'arn:aws:iam::123456789012:role/x' }), true);
  assert.equal(may(account, { principal: 'arn:aws:iam::999999999999:role/x' }), false);
});

test('all conditions of a statement must hold, of the values of each any', () => {
  const Condition = { StringEquals: { a: ['1', '2'] }, Bool: { b: ['true'] } };
  assert.equal(may([allow({ Condition })], { context: { a: '2', b: 'true' } }), true);
  assert.equal(may([allow({ Condition })], { context: { a: '3', b: 'true' } }), false);
  assert.equal(may([allow({ Condition })], { context: { a: '2' } }), false);
});

test('operators: what is absent fails them, but those that negate', () => {
  const check = (operator: string, values: string[], actual?: string) => holds({ operator, values, actual });
  assert.equal(check('StringEquals', ['x']), false);
  assert.equal(check('StringNotEquals', ['x']), true);
  assert.equal(check('StringNotEquals', ['x', 'y'], 'y'), false);
  assert.equal(check('Null', ['true']), true);
  assert.equal(check('Null', ['false']), false);
  assert.equal(check('Null', ['false'], ''), true);
  assert.equal(check('StringLike', ['raw/*'], 'raw/x'), true);
  assert.equal(check('NumericLessThan', ['1.2'], '1.1'), true);
  assert.equal(check('NumericLessThan', ['1.2'], '1.2'), false);
  assert.equal(check('ArnLike', ['arn:aws:ecs:us-east-1:1:*'], 'arn:aws:ecs:us-east-1:1:task/a/b'), true);
  // a star does not reach over a colon into the next field
  assert.equal(check('ArnLike', ['arn:aws:ecs:*:task'], 'arn:aws:ecs:us-east-1:1:task'), false);
  assert.throws(() => check('DateLessThan', ['2026-01-01'], '2025-01-01'), RangeError);
});
