import assert from 'node:assert/strict';
import { test } from 'node:test';
import { like } from '../conditions.ts';
import { decide, type Request } from '../evaluate.ts';
import { EXAMPLE } from '../example.ts';
import { grantsOf, policyOf, ROLE_NAMES, type RoleName } from '../index.ts';
import { bucketPolicies } from './requests.ts';
import { CALLS } from './table.ts';

const requestsOf = (role: RoleName): readonly Request[] =>
  CALLS.filter((call) => call.role === role).flatMap(({ requests }) => requests(EXAMPLE));
const decisionOf = (role: RoleName, request: Request) =>
  decide([policyOf(role, EXAMPLE), ...bucketPolicies(EXAMPLE)], request);

for (const role of ROLE_NAMES) {
  test(`${role} may do each of its calls`, () => {
    for (const request of requestsOf(role))
      assert.ok(decisionOf(role, request).allowed, `${request.action} on ${request.resource}`);
  });

  test(`nothing that ${role} may do is without a call`, () => {
    const used = new Set(
      requestsOf(role).flatMap((request) =>
        decisionOf(role, request).by.flatMap(({ Sid, Resource = [] }) =>
          Resource.filter((resource) => like(resource, request.resource)).map(
            (resource) => `${Sid} ${request.action} ${resource}`,
          ),
        ),
      ),
    );
    const given = grantsOf(role, EXAMPLE).flatMap(({ sid, actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${sid} ${action} ${resource}`)),
    );
    assert.deepEqual(
      given.filter((one) => !used.has(one)),
      [],
    );
  });
}

/** Of the use of a key: for which bucket. */
const nameOf = ({ action, resource, context }: Request): string =>
  `${action} on ${resource} ${context?.['kms:EncryptionContext:aws:s3:arn'] ?? ''}`;

for (const role of ROLE_NAMES)
  test(`${role} may do no call of another role that is not its own`, () => {
    const own = new Set(requestsOf(role).map(nameOf));
    const may = ROLE_NAMES.flatMap(requestsOf).filter((request) => decisionOf(role, request).allowed);
    assert.deepEqual(
      may.map(nameOf).filter((name) => !own.has(name)),
      [],
    );
  });

test('raw telemetry is deleted by nobody, and ground truth is read by the judge alone', () => {
  const may = (action: string, resource: string) =>
    ROLE_NAMES.filter((role) => decisionOf(role, { action, resource }).allowed);
  assert.deepEqual(may('s3:DeleteObject', `${EXAMPLE.rawBucket}/raw/2026/11/27/14/00/logs_x.binpb.gz`), []);
  assert.deepEqual(may('s3:GetObject', `${EXAMPLE.rawBucket}/truth/demo.json`), ['seal-task']);
  assert.deepEqual(may('s3:PutObject', `${EXAMPLE.rawBucket}/raw/x`), ['collector-task']);
  assert.deepEqual(may('secretsmanager:GetSecretValue', EXAMPLE.secrets[0] ?? ''), ['execution']);
});
