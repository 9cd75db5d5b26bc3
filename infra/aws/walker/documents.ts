import type { PolicyDocument, Statement } from '../policies/document.ts';
import { at, listOf, type Resource } from './resource.ts';

/** What a policy hangs on: it decides what `*` means in it, and who is asked. */
export type Kind = 'identity' | 'trust' | 'resource' | 'key' | 'endpoint';

export interface Found {
  readonly kind: Kind;
  /** The input that it stands in. */
  readonly input: string;
  /** Undefined where it is none that can be read. */
  readonly document: PolicyDocument | undefined;
}

/** Where policies stand, by type of resource. */
const PLACES: Readonly<Record<string, readonly { readonly input: string; readonly kind: Kind }[]>> = {
  'aws:iam/role:Role': [{ input: 'assumeRolePolicy', kind: 'trust' }],
  'aws:iam/rolePolicy:RolePolicy': [{ input: 'policy', kind: 'identity' }],
  'aws:iam/policy:Policy': [{ input: 'policy', kind: 'identity' }],
  'aws:s3/bucketPolicy:BucketPolicy': [{ input: 'policy', kind: 'resource' }],
  'aws:sqs/queuePolicy:QueuePolicy': [{ input: 'policy', kind: 'resource' }],
  'aws:sqs/queue:Queue': [{ input: 'policy', kind: 'resource' }],
  'aws:sns/topicPolicy:TopicPolicy': [{ input: 'policy', kind: 'resource' }],
  'aws:secretsmanager/secretPolicy:SecretPolicy': [{ input: 'policy', kind: 'resource' }],
  'aws:secretsmanager/secret:Secret': [{ input: 'policy', kind: 'resource' }],
  'aws:ecr/repositoryPolicy:RepositoryPolicy': [{ input: 'policy', kind: 'resource' }],
  'aws:ec2/vpcEndpoint:VpcEndpoint': [{ input: 'policy', kind: 'endpoint' }],
  'aws:cloudwatch/logResourcePolicy:LogResourcePolicy': [{ input: 'policyDocument', kind: 'resource' }],
  'aws:kms/key:Key': [{ input: 'policy', kind: 'key' }],
  'aws:kms/keyPolicy:KeyPolicy': [{ input: 'policy', kind: 'key' }],
};

export const POLICY_TYPES: readonly string[] = Object.keys(PLACES);

/** All policies of a resource; the ones that it may have and has not are not there. */
export function documentsOf(resource: Resource): readonly Found[] {
  const inline = listOf(resource.inputs.inlinePolicies).map((one, i) => ({
    ...{ kind: 'identity' as const, input: `inlinePolicies[${i}]`, document: read(at(one, 'policy')) },
  }));
  const placed = (PLACES[resource.type] ?? [])
    .filter(({ input }) => resource.inputs[input] !== undefined)
    .map(({ input, kind }) => ({ kind, input, document: read(resource.inputs[input]) }));
  return [...placed, ...inline];
}

/** IAM takes one value or a list wherever there may be several. */
function read(value: unknown): PolicyDocument | undefined {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  const statements = listOf(at(parsed, 'Statement'));
  if (statements.length === 0) return undefined;
  return { Version: '2012-10-17', Statement: statements.map(statementOf) };
}

function statementOf(value: unknown): Statement {
  const given = value as Record<string, unknown>;
  const texts = (one: unknown) => listOf(one).map(String);
  const condition = Object.entries((given.Condition ?? {}) as Record<string, Record<string, unknown>>).map(
    ([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
    ],
  );
  return {
    ...given,
    Sid: String(given.Sid ?? ''),
    Effect: given.Effect === 'Deny' ? 'Deny' : 'Allow',
    Action: texts(given.Action),
    ...(given.Resource !== undefined && { Resource: texts(given.Resource) }),
    ...(given.Condition !== undefined && { Condition: Object.fromEntries(condition) }),
  } as Statement;
}
