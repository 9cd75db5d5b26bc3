import { CliError } from './errors.ts';
import type { HeldStack } from './held-stack.ts';

/** Makes variables of the outputs of a stack of containers, in a shell. */
export const EXPORT_OUTPUTS = 'set -a; eval "$(pulumi stack output --shell --show-secrets)"; set +a';

/** How a command reaches a stack that it has not started. */
export type StackAccess = Omit<HeldStack, 'owner'>;

/**
 * The stack that the environment names, as `pulumi stack output` tells it; undefined where it names none.
 * @throws ENVIRONMENT_INCOMPLETE
 */
export function environmentStack(env: NodeJS.ProcessEnv = process.env): StackAccess | undefined {
  if (env.FAULTLINE_WEB_API_URL === undefined) return undefined;
  const missing: string[] = [];
  const get = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') missing.push(name);
    return value ?? '';
  };
  const stack: StackAccess = {
    target: 'docker',
    raw_prefix: 'raw',
    control: { url: env.FAULTLINE_CONTROL_URL ?? '', token: env.FAULTLINE_CONTROL_TOKEN ?? '' },
    web_api: get('FAULTLINE_WEB_API_URL'),
    payment_worker: get('FAULTLINE_PAYMENT_WORKER_URL'),
    collector_counters: get('FAULTLINE_COLLECTOR_COUNTERS_URL'),
    metrics_token: get('FAULTLINE_METRICS_TOKEN'),
    s3: {
      endpoint: get('AWS_ENDPOINT_URL_S3'),
      access_key: get('AWS_ACCESS_KEY_ID'),
      secret_key: get('AWS_SECRET_ACCESS_KEY'),
    },
    versions: {},
  };
  if (missing.length > 0)
    throw new CliError(
      'ENVIRONMENT_INCOMPLETE',
      `FAULTLINE_WEB_API_URL names a stack, so ${missing.join(', ')} must be set too: ${EXPORT_OUTPUTS}`,
    );
  return stack;
}
