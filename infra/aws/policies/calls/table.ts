import type { RoleName } from '../arns.ts';
import type { Call } from './call.ts';
import { S3_CALLS } from './s3-calls.ts';
import { SERVICE_CALLS } from './service-calls.ts';

export type { Call } from './call.ts';

/** Every call of an AWS API that is made in the name of a role of the stack, when it runs. */
export const CALLS: readonly Call[] = [...S3_CALLS, ...SERVICE_CALLS];

/** `GetObject raw/parts/`, as a test records it. */
export const recordedOf = (role: RoleName, service: string): readonly string[] =>
  CALLS.filter(
    (call) => call.role === role && call.known === 'recorded' && call.api.startsWith(`${service} `),
  )
    .map(({ api, on }) => `${api.slice(service.length + 1)} ${on}`)
    .sort();
