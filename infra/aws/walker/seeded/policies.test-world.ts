import type { Seeds } from './seed.test-world.ts';

const document = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (what: object) => document({ Sid: 'Seeded', Effect: 'Allow', ...what });
const inline = (what: object) => ({ policy: allow(what) });
const bucket = 'arn:aws:s3:::storefront-raw';
const queue = 'arn:aws:sqs:us-east-1:123456789012:storefront-converter';
const role = 'arn:aws:iam::123456789012:role/storefront-load';

export const POLICY_SEEDS: Seeds = {
  'every action': {
    kind: 'RolePolicy',
    inputs: inline({ Action: '*', Resource: bucket }),
    finds: ['action-star: policy, statement Seeded: allows *'],
  },
  'every action of a service': {
    kind: 'RolePolicy',
    inputs: inline({ Action: ['s3:*', 's3:GetObject'], Resource: [bucket] }),
    finds: ['action-star: policy, statement Seeded: allows s3:*'],
  },
  'actions by their beginning': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 's3:Get*', Resource: bucket }),
    finds: ['action-star: policy, statement Seeded: allows s3:Get*'],
  },
  'every resource': {
    kind: 'RolePolicy',
    inputs: inline({ Action: ['s3:GetObject', 'ecr:GetAuthorizationToken'], Resource: '*' }),
    finds: ['resource-star: policy, statement Seeded: allows s3:GetObject on *'],
  },
  'every bucket': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::*' }),
    finds: ['resource-star: policy, statement Seeded: allows s3:GetObject on arn:aws:s3:::*'],
  },
  'every queue of the account': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:123456789012:*' }),
    finds: ['resource-star'],
  },
  'every role': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 'iam:GetRole', Resource: 'arn:aws:iam::123456789012:role/*' }),
    finds: ['resource-star'],
  },
  'a key of every bucket': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/raw' }),
    finds: ['resource-star'],
  },
  'a user': { kind: 'Subnet', also: { type: 'aws:iam/user:User' }, finds: ['roles-only: is a user'] },
  'a key that lasts': {
    kind: 'Subnet',
    also: { type: 'aws:iam/accessKey:AccessKey' },
    finds: ['roles-only: is a key that lasts'],
  },
  'an excepted action where it is not excepted': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 'kms:*', Resource: 'arn:aws:kms:us-east-1:123456789012:key/1' }),
    finds: ['action-star: policy, statement Seeded: allows kms:*'],
  },
  'everything but': {
    kind: 'RolePolicy',
    inputs: inline({ NotAction: 'iam:*', Resource: bucket }),
    finds: ['no-negation: policy, statement Seeded: allows by NotAction'],
  },
  'roles for any service': {
    kind: 'RolePolicy',
    inputs: inline({ Action: 'iam:PassRole', Resource: role }),
    finds: ['pass-role-bound'],
  },
  'a policy that is none': {
    kind: 'RolePolicy',
    inputs: { policy: '{' },
    finds: ['policy-readable: policy is no policy document'],
  },
  'a bad policy within a role': {
    kind: 'Role',
    inputs: { inlinePolicies: [{ name: 'more', policy: allow({ Action: 's3:*', Resource: bucket }) }] },
    finds: ['action-star: inlinePolicies[0], statement Seeded: allows s3:*'],
  },
  'a policy of AWS': {
    kind: 'Role',
    inputs: { managedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'] },
    finds: ['own-policies: has arn:aws:iam::aws:policy/AmazonS3FullAccess'],
  },
  'a role for everybody': {
    kind: 'Role',
    inputs: { assumeRolePolicy: allow({ Action: 'sts:AssumeRole', Principal: { AWS: '*' } }) },
    finds: ['principal-open: assumeRolePolicy'],
  },
  'a role for a service, whoever asks': {
    kind: 'Role',
    inputs: {
      assumeRolePolicy: allow({ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }),
    },
    finds: ['service-bound: assumeRolePolicy, statement Seeded: allows it to lambda.amazonaws.com'],
  },
  'a queue for everybody': {
    kind: 'QueuePolicy',
    inputs: inline({ Action: 'sqs:SendMessage', Principal: '*', Resource: queue }),
    finds: ['principal-open: policy'],
  },
  'a queue for any bucket': {
    kind: 'QueuePolicy',
    inputs: inline({
      Action: 'sqs:SendMessage',
      Principal: { Service: 's3.amazonaws.com' },
      Resource: queue,
    }),
    finds: ['service-bound: policy'],
  },
  'a key for everybody': {
    kind: 'Key',
    inputs: inline({ Action: 'kms:Decrypt', Principal: { AWS: '*' }, Resource: '*' }),
    finds: ['principal-open: policy'],
  },
  'a key for any log group': {
    kind: 'Key',
    inputs: inline({
      Action: 'kms:Decrypt',
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Resource: '*',
    }),
    finds: ['service-bound: policy'],
  },
  'a way to S3 for everybody': {
    kind: 'VpcEndpoint',
    inputs: { policy: undefined },
    finds: ['endpoint-bound: has no policy'],
  },
  'a way to S3 with keys of others': {
    kind: 'VpcEndpoint',
    inputs: inline({ Action: 's3:PutObject', Principal: '*', Resource: bucket }),
    finds: ['endpoint-bound: statement Seeded lets through'],
  },
  'a way to every bucket': {
    kind: 'VpcEndpoint',
    inputs: inline({
      ...{ Action: 's3:PutObject', Principal: '*', Resource: '*' },
      Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } },
    }),
    finds: ['resource-star: policy, statement Seeded: allows s3:PutObject on *'],
  },
};
