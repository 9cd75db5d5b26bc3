import { table } from '../../converters/card/markdown.ts';
import { CALLS } from '../../infra/aws/policies/calls/table.ts';
import { EXAMPLE } from '../../infra/aws/policies/example.ts';
import {
  bucketPolicy,
  type Condition,
  converterQueuePolicy,
  deadQueuePolicy,
  grantsOf,
  keyPolicy,
  type PolicyDocument,
  type Principal,
  ROLE_NAMES,
  taskEventsQueuePolicy,
} from '../../infra/aws/policies/index.ts';
import { EXCEPTIONS } from '../../infra/aws/walker/exceptions.ts';
import { ALL_RULES } from '../../infra/aws/walker/index.ts';

/** `docs/aws-policies.md`, from the policies, the table of calls and the rules of the walker. */
export const awsPoliciesPage =
  (): string => `<!-- Generated from infra/aws/policies and infra/aws/walker by \`npm run docs\`; a test compares. -->
# Who may do what on AWS

What the roles of the [aws target](aws.md) may do, the calls for which they may, and what is looked at in every resource of the stack. Nothing of this
was tried on AWS: [what was tested how](aws.md#what-was-tested-and-how).

Resources are written without what all ARNs of the stack have in common; \`raw\` and \`datasets\` are the two buckets.

## Roles
What a role may do, and nothing else. \`service-task\` may do nothing: it has one statement, which denies everything, since no service calls AWS.

${table(
  ['role', 'actions', 'on', 'if', 'what for'],
  ROLE_NAMES.flatMap((role) =>
    grantsOf(role, EXAMPLE).map(({ actions, resources, condition, why }) => [
      code(role),
      codes(actions),
      codes(resources.map(short)),
      conditionText(condition),
      why,
    ]),
  ),
)}

\`collector-task\` cannot read what it puts; \`converter-function\` cannot read ground truth (\`truth/\`), as \`convert\` never does; nobody deletes
raw objects. Who may put one may also put another in its place, in S3: hence the versions of the raw bucket. A role that lists a bucket lists all of it: S3 says of a key that it is not there (404) only to
those who may list, and whether it does so where listing is bound to a prefix is not documented; the converter must know a part that is missing from one that is forbidden.

## Resources
${table(
  ['resource', 'effect', 'who', 'actions', 'if'],
  [
    ...rowsOf('each bucket', bucketPolicy(EXAMPLE.rawBucket, EXAMPLE)),
    ...rowsOf('queue of notifications', converterQueuePolicy(EXAMPLE)),
    ...rowsOf('its dead letters', deadQueuePolicy(EXAMPLE)),
    ...rowsOf('queue of task events', taskEventsQueuePolicy(EXAMPLE, RULE)),
    ...rowsOf('the key', keyPolicy(EXAMPLE)),
  ],
)}

Each endpoint of the network lets through what the roles of its tasks may ask of that service, by credentials of this account alone; that of S3 also the layers of images, which ECR keeps in
a bucket of its own. So no container can carry data to a bucket of somebody else, not even with keys that it brings along.

## Exceptions
Elsewhere no action and no resource is a wildcard for all of a service or an account.

${table(
  ['action', 'where', 'why'],
  EXCEPTIONS.map(({ action, kind, why }) => [
    code(action),
    kind === 'key' ? 'policy of the key' : 'policy of a role, on `*`',
    why,
  ]),
)}

## Calls
Every call that is made in the name of a role while the stack runs, and what IAM is asked for it. \`recorded\`: a test runs the code against a real server of
that API, through a door that refuses what the role may not do, and compares what came with this table. The others are made by AWS itself, as the page that is named says.
Another test finds every call allowed, every permission used, and no call of another role allowed.

${table(
  ['role', 'call', 'on', 'asks for', 'known'],
  CALLS.map(({ role, api, on, known, requests }) => [
    code(role),
    api,
    on.includes('/') ? code(on) : on,
    codes([...new Set(requests(EXAMPLE).map(({ action }) => action))]),
    known === 'recorded' ? 'recorded' : `[documented](${known})`,
  ]),
)}

## What is looked at
The walker goes over every resource of the program. Each rule has found its own fault, and nothing else, in a stack in which that was the only one.

${table(
  ['rule', 'what must hold'],
  ALL_RULES.map(({ name, must }) => [code(name), must]),
)}
`;

const RULE = 'arn:aws:events:us-east-1:123456789012:rule/storefront-task-events';

const code = (text: string): string => `\`${text}\``;
const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

/** `arn:aws:s3:::raw/parts/*` → `raw/parts/*` */
const short = (arn: string): string => arn.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '') || arn;

/** `kms:ViaService` is `s3.us-east-1.amazonaws.com` and … */
const conditionText = (condition: Condition = {}): string =>
  Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(
        ([key, values]) => `${code(key)} ${SAYS[operator] ?? operator} ${saidOf(operator, values)}`,
      ),
    )
    .join(' and ');

const SAYS: Readonly<Record<string, string>> = {
  ...{ StringEquals: 'is', StringLike: 'is', ArnEquals: 'is', ArnLike: 'is', Bool: 'is' },
  ...{ StringNotEquals: 'is not', NumericLessThan: 'is less than', Null: 'is' },
};
const saidOf = (operator: string, values: readonly string[]): string =>
  operator === 'Null'
    ? values.map((value) => (value === 'true' ? 'not said' : 'said')).join(' or ')
    : values.map((value) => code(short(value))).join(' or ');

const whoOf = (principal: Principal | undefined): string => {
  if (principal === undefined || principal === '*') return 'everybody';
  return 'Service' in principal ? code(principal.Service) : 'the account, by IAM';
};

const rowsOf = (resource: string, { Statement }: PolicyDocument): string[][] =>
  Statement.map(({ Effect, Principal: principal, Action, Condition: condition }) => [
    resource,
    Effect === 'Deny' ? 'denies' : 'allows',
    whoOf(principal),
    codes(Action),
    conditionText(condition),
  ]);
