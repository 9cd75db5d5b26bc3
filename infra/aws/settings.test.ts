import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InfraError } from '../errors.ts';
import { readAwsSettings } from './settings.ts';

const GIVEN = { owner: 'owner@example.org' };
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d';

const settingsOf = (
  config: Readonly<Record<string, string>>,
  aws: Readonly<Record<string, string>> = { region: 'eu-central-1' },
) => readAwsSettings((key) => ({ ...GIVEN, ...config })[key], { aws: (key) => aws[key], stack: 'aws' });

test('region and owner are all that has to be said', () => {
  const { prefix, run, allow, protect, logDays, architecture, region, owner } = settingsOf({});
  assert.deepEqual(
    { prefix, run, allow, protect, logDays, architecture, region, owner },
    {
      ...{ prefix: 'storefront', run: 'aws', allow: [], protect: [], logDays: 14, architecture: 'X86_64' },
      ...{ region: 'eu-central-1', ...GIVEN },
    },
  );
});

test('what is given is taken', () => {
  const settings = settingsOf({
    ...{ prefix: 'shop-2', run: 'run-7', allow: '["198.51.100.0/24"]', certificate: CERTIFICATE },
    host: 'shop.example.org',
    ...{
      protect: '["datasets"]',
      budget: '500',
      logDays: '30',
      cpu: '{"web-api":1024}',
      architecture: 'ARM64',
    },
    ...{ replicas: '{"payment-worker":8}', databaseClass: 'db.m7g.large', cacheNodeType: 'cache.m7g.large' },
  });
  assert.deepEqual(
    [settings.prefix, settings.run, settings.budget, settings.logDays],
    ['shop-2', 'run-7', 500, 30],
  );
  assert.deepEqual([settings.allow, settings.protect], [['198.51.100.0/24'], ['datasets']]);
  assert.deepEqual([settings.cpu, settings.replicas], [{ 'web-api': 1024 }, { 'payment-worker': 8 }]);
  assert.deepEqual([settings.databaseClass, settings.cacheNodeType], ['db.m7g.large', 'cache.m7g.large']);
});

for (const [key, text, message] of [
  ['prefix', 'a-prefix-that-is-too-long', /faultline:prefix must be words .+ up to 20 characters/],
  ['prefix', 'internal', /faultline:prefix must not begin as names that AWS keeps for itself: internal, sg/],
  ['prefix', 'sg-shop', /faultline:prefix must not begin as names that AWS keeps for itself/],
  ['prefix', 'shop-', /faultline:prefix must be words .+, got "shop-"/],
  ['run', 'a run', /faultline:run must be the value of a tag: .+, got "a run"/],
  [
    'owner',
    '',
    /faultline:owner must be the e-mail address .+pulumi config set faultline:owner .+ --stack aws/,
  ],
  ['owner', 'somebody', /faultline:owner must be the e-mail address .+, got "somebody"/],
  ['allow', '198.51.100.0/24', /faultline:allow must be a list in JSON, got "198.51.100.0\/24"/],
  ['allow', '["0.0.0.0/0"]', /faultline:allow must be IPv4 networks of \/16 to \/32, .+, got "0.0.0.0\/0"/],
  ['allow', '["198.51.100.256/24"]', /faultline:allow must be IPv4 networks/],
  ['allow', '["::/0"]', /faultline:allow must be IPv4 networks/],
  [
    'allow',
    '["198.51.100.0/24"]',
    /faultline:certificate must be the ARN of a certificate in ACM .+, got ""/,
  ],
  ['protect', '["everything"]', /faultline:protect must be of raw, datasets, got "everything"/],
  ['budget', '0', /faultline:budget must be a whole number above 0, got "0"/],
  ['budget', 'much', /faultline:budget must be a whole number above 0, got "much"/],
  ['logDays', '15', /faultline:logDays must be one of 1, 3, 5, 7, 14, .+, got 15/],
  ['cpu', '{"web-api":300}', /faultline:cpu of web-api must be one of 256, 512, .+, got 300/],
  ['cpu', '{"nobody":256}', /component must be one of .+, got "nobody"/],
  ['architecture', 'arm64', /faultline:architecture must be X86_64 or ARM64/],
  [
    'databaseClass',
    'large',
    /faultline:databaseClass must be a class of RDS, such as db.t4g.micro, got "large"/,
  ],
  ['cacheNodeType', 'db.t4g.micro', /faultline:cacheNodeType must be one of ElastiCache/],
  ['logRouterImage', '', /faultline:logRouterImage must be the name of an image/],
  ['replicas', '{"web-api":2}', /replicas of web-api must be a whole number from 1 to 1/],
] as const)
  test(`${key} ${text === '' ? '""' : text} is refused, with what to do`, () => {
    assert.throws(
      () => settingsOf({ [key]: text }),
      (error) => {
        assert.ok(error instanceof InfraError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  });

test('a region where AWS has other names is refused', () => {
  for (const region of ['cn-north-1', 'us-iso-east-1', 'us-isob-east-1'])
    assert.throws(
      () => settingsOf({}, { region }),
      /aws:region must be one whose services .+ amazonaws.com, got/,
    );
  assert.equal(settingsOf({}, { region: 'us-gov-west-1' }).region, 'us-gov-west-1');
});

test('who lets somebody in says by which name', () => {
  assert.throws(
    () => settingsOf({ allow: '["198.51.100.0/24"]', certificate: CERTIFICATE }),
    /faultline:host must be a name that faultline:certificate is for, .+, got ""/,
  );
});

test('without a region nothing is made', () => {
  assert.throws(
    () => settingsOf({}, {}),
    /aws:region must be one \(pulumi config set aws:region .+ --stack aws\), got ""/,
  );
});
