import type { Arns, RoleName } from './arns.ts';
import { allow, documentOf, type PolicyDocument, type Statement } from './document.ts';
import { grantsOf } from './roles/grants-of.ts';

export { type Arns, ROLE_NAMES, type RoleName } from './arns.ts';
export { bucketPolicy } from './bucket.ts';
export type { Condition, Grant, PolicyDocument, Principal, Statement } from './document.ts';
export { endpointPolicy } from './endpoint.ts';
export { keyPolicy } from './key.ts';
export { converterQueuePolicy, deadQueuePolicy, taskEventsQueuePolicy } from './queue.ts';
export { grantsOf } from './roles/grants-of.ts';
export { trustOf } from './trust.ts';

/** IAM takes no policy without a statement; this also holds where a resource's own policy would allow something. */
const NOTHING: Statement = { Sid: 'NoCallAtAll', Effect: 'Deny', Action: ['*'], Resource: ['*'] };

/** The inline policy of a role. */
export function policyOf(role: RoleName, at: Arns): PolicyDocument {
  const grants = grantsOf(role, at);
  return documentOf(grants.length > 0 ? grants.map(allow) : [NOTHING]);
}
