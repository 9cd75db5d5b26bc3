import { EXAMPLE } from '../../policies/example.ts';
import {
  bucketPolicy,
  converterQueuePolicy,
  endpointPolicy,
  keyPolicy,
  policyOf,
  trustOf,
} from '../../policies/index.ts';
import type { Resource } from '../index.ts';

export const KEY = EXAMPLE.dataKey;

/** A resource of a mocked program. */
const made = (
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  secret: string[] = [],
): Resource => ({
  ...{ type, name, inputs, secret, id: `${name}-id` },
  ...{ provider: 'urn:pulumi:aws::faultline::pulumi:providers:aws::storefront::id' },
});

/** A container of a task, as it must be. */
export const CONTAINER = {
  name: 'web-api',
  image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/storefront-services:0123456789ab',
  user: '1000',
  readonlyRootFilesystem: true,
  environment: [{ name: 'PORT', value: '8080' }],
  secrets: [{ name: 'METRICS_TOKEN', valueFrom: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:m' }],
  logConfiguration: { logDriver: 'awsfirelens' },
};

/** A small stack in which all is as it must be, with one resource of each kind. */
export const goodStack = (): Resource[] => [
  made('pulumi:providers:aws', 'storefront', {
    defaultTags: JSON.stringify({ tags: { 'storefront:run': 'aws', 'storefront:owner': 'me@example.org' } }),
  }),
  ...bucket(),
  ...network(),
  ...stores(),
  ...tasks(),
];

function bucket(): Resource[] {
  const s3 = (kind: string, inputs: Record<string, unknown>) =>
    made(`aws:s3/b${kind.slice(1)}:${kind}`, `raw-${kind}`, { bucket: 'raw-id', ...inputs });
  return [
    made('aws:s3/bucket:Bucket', 'raw', { bucket: 'raw', forceDestroy: true }),
    s3('BucketPublicAccessBlock', {
      ...{ blockPublicAcls: true, blockPublicPolicy: true },
      ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
    }),
    s3('BucketPolicy', { policy: JSON.stringify(bucketPolicy(EXAMPLE.rawBucket, EXAMPLE)) }),
    s3('BucketServerSideEncryptionConfiguration', {
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: KEY },
          bucketKeyEnabled: true,
        },
      ],
    }),
    s3('BucketVersioning', { versioningConfiguration: { status: 'Enabled' } }),
    s3('BucketLifecycleConfiguration', {
      rules: [
        {
          ...{ id: 'old', status: 'Enabled', abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
          noncurrentVersionExpiration: { noncurrentDays: 7 },
        },
      ],
    }),
  ];
}

const network = (): Resource[] => [
  made('aws:ec2/subnet:Subnet', 'private', { cidrBlock: '10.0.0.0/24' }),
  made('aws:ec2/vpcEndpoint:VpcEndpoint', 's3', { policy: JSON.stringify(endpointPolicy('s3', EXAMPLE)) }),
  made('aws:ec2/securityGroup:SecurityGroup', 'database', {}),
  made('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'from-services', {
    ...{ securityGroupId: 'database-id', referencedSecurityGroupId: 'services-id', ipProtocol: 'tcp' },
  }),
  made('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'to-s3', {
    ...{ securityGroupId: 'services-id', prefixListId: 'pl-1', ipProtocol: 'tcp' },
  }),
  made('aws:lb/loadBalancer:LoadBalancer', 'front', { internal: true, dropInvalidHeaderFields: true }),
  made('aws:lb/listener:Listener', 'front', {
    loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/1',
    ...{ port: 80, protocol: 'HTTP' },
  }),
  made('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'default', { ingress: [], egress: [] }),
];

const stores = (): Resource[] => [
  made('aws:kms/key:Key', 'data', { enableKeyRotation: true, policy: JSON.stringify(keyPolicy(EXAMPLE)) }),
  made(
    'aws:rds/instance:Instance',
    'postgres',
    {
      ...{ storageEncrypted: true, kmsKeyId: KEY, publiclyAccessible: false, password: 'secret' },
      skipFinalSnapshot: true,
    },
    ['password'],
  ),
  made(
    'aws:elasticache/replicationGroup:ReplicationGroup',
    'cache',
    {
      ...{ atRestEncryptionEnabled: true, transitEncryptionEnabled: true },
      ...{ authToken: 'secret', kmsKeyId: KEY },
    },
    ['authToken'],
  ),
  made('aws:sqs/queue:Queue', 'converter', { sqsManagedSseEnabled: true }),
  made('aws:sqs/queuePolicy:QueuePolicy', 'converter-policy', {
    ...{ queueUrl: 'converter-id', policy: JSON.stringify(converterQueuePolicy(EXAMPLE)) },
  }),
  made('aws:cloudwatch/logGroup:LogGroup', 'logs', { retentionInDays: 7, kmsKeyId: KEY }),
  made('aws:ecr/repository:Repository', 'services', {
    ...{
      imageScanningConfiguration: { scanOnPush: true },
      imageTagMutability: 'IMMUTABLE',
      forceDelete: true,
    },
  }),
  made('aws:secretsmanager/secret:Secret', 'token', { kmsKeyId: KEY, recoveryWindowInDays: 0 }),
  made('aws:secretsmanager/secretVersion:SecretVersion', 'token-value', { secretString: 'x' }, [
    'secretString',
  ]),
];

const tasks = (): Resource[] => [
  made('aws:iam/role:Role', 'collector', {
    assumeRolePolicy: JSON.stringify(trustOf('collector-task', EXAMPLE)),
  }),
  made('aws:iam/rolePolicy:RolePolicy', 'collector-may', {
    ...{ role: 'collector-id', policy: JSON.stringify(policyOf('collector-task', EXAMPLE)) },
  }),
  made('aws:ecs/taskDefinition:TaskDefinition', 'web-api', {
    containerDefinitions: JSON.stringify([CONTAINER]),
    taskRoleArn: 'arn:aws:iam::123456789012:role/storefront-service',
    executionRoleArn: 'arn:aws:iam::123456789012:role/storefront-execution',
  }),
  made('aws:ecs/service:Service', 'web-api', {
    ...{ networkConfiguration: { subnets: ['private-id'] }, propagateTags: 'SERVICE' },
  }),
  made('aws:lambda/function:Function', 'converter', {
    ...{ runtime: 'nodejs24.x', loggingConfig: { logFormat: 'JSON', logGroup: 'logs-id' } },
    environment: { variables: { FAULTLINE_RAW: 's3://raw' } },
  }),
  made('aws:lambda/permission:Permission', 'invoked', {
    ...{ principal: 's3.amazonaws.com', sourceArn: EXAMPLE.rawBucket },
  }),
];
