import type { Statement } from '../policies/document.ts';
import { documentsOf, type Found, type Kind, POLICY_TYPES } from './documents.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { at, listOf, type Resource, type Rule, unless } from './resource.ts';

type Look = (statement: Statement, kind: Kind) => string | undefined;

/** A rule for every statement that allows something. */
function allowing(name: string, must: string, look: Look): Rule {
  const wrong = (resource: Resource) =>
    documentsOf(resource).flatMap(({ input, document, kind }: Found) =>
      (document?.Statement ?? []).flatMap((statement) => {
        const why = statement.Effect === 'Allow' ? look(statement, kind) : undefined;
        return why === undefined ? [] : [`${input}, statement ${statement.Sid || 'without name'}: ${why}`];
      }),
    );
  return { name, must, types: POLICY_TYPES, wrong };
}

/** The policy of an endpoint lets through what those of roles allow. */
const isExcepted = (kind: Kind, action: string): boolean =>
  EXCEPTIONS.some((one) => one.kind === (kind === 'endpoint' ? 'identity' : kind) && one.action === action);

/** All of a service or an account: `*`, `arn:aws:s3:::*`, `arn:aws:iam::123456789012:role/*`. A bucket is a name, its keys may be any. */
function isAny(resource: string): boolean {
  const [, , service, , , ...rest] = resource.split(':');
  if (service === undefined) return /^[*?]+$/.test(resource);
  const what = rest.join(':');
  return service === 's3' ? /^[*?]/.test(what) : /^([\w-]+[/:])?[*?]+$/.test(what);
}

const BOUNDS = ['aws:SourceArn', 'aws:SourceAccount', 'aws:PrincipalAccount', 'aws:PrincipalOrgID'];
const keysOf = ({ Condition = {} }: Statement): readonly string[] =>
  Object.values(Condition).flatMap((keys) => Object.keys(keys));
const isBound = (statement: Statement, kind: Kind): boolean =>
  keysOf(statement).some(
    (key) => BOUNDS.includes(key) || (kind === 'key' && key.startsWith('kms:EncryptionContext:')),
  );

const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint';
const isOfLayers = ({ Action, Resource = [] }: Statement): boolean =>
  Action.every((action) => action === 's3:GetObject') &&
  Resource.every((resource) => /:s3:::prod-[\w-]+-starport-layer-bucket\/\*$/.test(resource));

export const POLICY_RULES: readonly Rule[] = [
  {
    name: 'policy-readable',
    must: 'a policy is a JSON document with statements',
    types: POLICY_TYPES,
    wrong: (resource) =>
      documentsOf(resource)
        .filter(({ document }) => document === undefined)
        .map(({ input }) => `${input} is no policy document`),
  },
  allowing('action-star', 'no action with a wildcard', ({ Action }, kind) => {
    const wide = Action.filter((action) => /[*?]/.test(action) && !isExcepted(kind, action));
    return wide.length > 0 ? `allows ${wide.join(', ')}` : undefined;
  }),
  allowing('resource-star', 'no resource that is all of a service or an account', (statement, kind) => {
    if (kind === 'key') return undefined; // there it is this key
    const wide = (statement.Resource ?? []).filter(isAny);
    const actions = statement.Action.filter((action) => !isExcepted(kind, action));
    return wide.length > 0 && actions.length > 0
      ? `allows ${actions.join(', ')} on ${wide.join(', ')}`
      : undefined;
  }),
  allowing('no-negation', 'nothing is allowed by what it is not', (statement) => {
    const negations = ['NotAction', 'NotResource', 'NotPrincipal'].filter((key) => key in statement);
    return negations.length > 0 ? `allows by ${negations.join(', ')}` : undefined;
  }),
  allowing('principal-open', 'nothing is allowed to everybody', (statement, kind) => {
    const { Principal: who } = statement;
    if (kind === 'endpoint') return undefined; // it allows nothing by itself, and has a rule of its own
    const isOpen = who === '*' || listOf(at(who, 'AWS')).includes('*');
    return isOpen && !isBound(statement, kind) ? 'allows it to everybody' : undefined;
  }),
  allowing(
    'service-bound',
    'a service is allowed something for this account or one of its resources alone',
    (statement, kind) => {
      const services = listOf(at(statement.Principal, 'Service'));
      return services.length > 0 && !isBound(statement, kind)
        ? `allows it to ${services.join(', ')} for anybody: needs aws:SourceAccount or aws:SourceArn`
        : undefined;
    },
  ),
  allowing('pass-role-bound', 'roles are passed to a named service alone', (statement) =>
    statement.Action.some((action) => action.toLowerCase() === 'iam:passrole') &&
    !keysOf(statement).includes('iam:PassedToService')
      ? 'allows iam:PassRole without iam:PassedToService'
      : undefined,
  ),
  {
    name: 'roles-only',
    must: 'no users and no keys that last: programs take on roles',
    types: ['aws:iam/user:User', 'aws:iam/accessKey:AccessKey'],
    wrong: ({ type }) => [type.endsWith(':User') ? 'is a user' : 'is a key that lasts'],
  },
  {
    name: 'own-policies',
    must: 'no policy of AWS or of somebody else hangs on a role',
    types: ['aws:iam/role:Role', 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'],
    wrong: ({ inputs }) =>
      [...listOf(inputs.managedPolicyArns), ...listOf(inputs.policyArn)]
        .filter((arn) => /^arn:[^:]*:iam::aws:/.test(String(arn)))
        .map((arn) => `has ${arn}, which others may widen`),
  },
  {
    name: 'endpoint-bound',
    must: 'a way to a service of AWS is for this account, and beyond that for the layers of images alone',
    types: [ENDPOINT],
    wrong: (endpoint) => {
      const documents = documentsOf(endpoint).flatMap(({ document }) => document ?? []);
      const open = documents
        .flatMap(({ Statement }) => Statement)
        .filter(
          (one) =>
            one.Effect === 'Allow' && !keysOf(one).includes('aws:PrincipalAccount') && !isOfLayers(one),
        );
      return [
        ...unless(documents.length > 0, 'has no policy: lets anybody through'),
        ...open.map(
          ({ Sid }) => `statement ${Sid || 'without name'} lets through who is of no account of ours`,
        ),
      ];
    },
  },
];
