import { rmSync } from 'node:fs';
import type * as pulumi from '@pulumi/pulumi';
import { type MockedProgram, type MockedResource, mockedProgram } from '../../testing/mocked-program.ts';
import { awsStack } from '../stack.ts';
import { stackFolder } from '../tools-context.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const STACK = `test-aws-${process.pid}`;

export type MockedAwsStack = MockedProgram<Readonly<Record<string, pulumi.Output<string> | string>>>;

/** The program under mocks. @param config values of `faultline:<key>`; the region and an owner are there already */
export async function mockedAwsStack(
  config: Readonly<Record<string, unknown>> = {},
): Promise<MockedAwsStack> {
  const own = Object.entries(config).map(([key, value]) => [`faultline:${key}`, value]);
  try {
    return await mockedProgram({
      stack: STACK,
      config: {
        ...{ 'aws:region': REGION, 'faultline:owner': 'owner@example.org' },
        ...Object.fromEntries(own),
      },
      program: awsStack,
      stateOf,
      call,
    });
  } finally {
    rmSync(stackFolder(STACK), { recursive: true, force: true });
  }
}

/** What AWS would add. */
function stateOf({ type, name, inputs }: MockedResource): Record<string, unknown> {
  const [, service = '', kind = ''] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
  const own = String(inputs.name ?? name);
  const arn = arnOf({ service, kind, own, inputs });
  const host = `${own}.example.${REGION}.amazonaws.com`;
  return {
    arn,
    address: host,
    primaryEndpointAddress: host,
    dnsName: host,
    prefixListId: 'pl-s3',
    outputs: { Id: `${name}-id` },
    url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${own}`,
    repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${own}`,
    sha256Digest: `sha256:${name}`,
    imageId: `sha256:${name}`,
    versionId: `${name}-version`,
  };
}

interface ArnParts {
  readonly service: string;
  readonly kind: string;
  readonly own: string;
  readonly inputs: MockedResource['inputs'];
}

function arnOf({ service, kind, own, inputs }: ArnParts): string {
  const here = (name: string, resource: string) => `arn:aws:${name}:${REGION}:${ACCOUNT}:${resource}`;
  switch (`${service} ${kind}`) {
    case 's3 Bucket':
      return `arn:aws:s3:::${inputs.bucket}`;
    case 'iam Role':
      return `arn:aws:iam::${ACCOUNT}:role/${own}`;
    case 'sqs Queue':
      return here('sqs', own);
    case 'cloudwatch LogGroup':
      return here('logs', `log-group:${own}`);
    case 'cloudwatch EventRule':
      return here('events', `rule/${own}`);
    case 'ecs TaskDefinition':
      return here('ecs', `task-definition/${inputs.family}:1`);
    case 'secretsmanager Secret':
      return here('secretsmanager', `secret:${own}-AbCdEf`);
    default:
      return here(service, `${kind.toLowerCase()}/${own}`);
  }
}

function call(token: string): Record<string, unknown> {
  switch (token) {
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId: ACCOUNT };
    case 'aws:index/getPartition:getPartition':
      return { partition: 'aws' };
    case 'aws:index/getAvailabilityZones:getAvailabilityZones':
      return { names: [`${REGION}a`, `${REGION}b`, `${REGION}c`] };
    case 'aws:ecr/getAuthorizationToken:getAuthorizationToken':
      return {
        ...{ userName: 'AWS', password: 'registry-password' },
        proxyEndpoint: `https://${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`,
      };
    default:
      throw new Error(`no answer for ${token}`);
  }
}
