import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import { httpAddress } from '../../container/surroundings.ts';
import { InfraError } from '../../errors.ts';
import type { Address, Secrets } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';

export interface AwsOptions {
  /** Name of the cluster, and what the names of services begin with. */
  readonly prefix: string;
  readonly region: string;
  /** Queue (SQS) that EventBridge sends the states of the cluster's tasks to. */
  readonly eventsQueueUrl: string;
  readonly secrets: Secrets;
  /** Where components are reached that have another address than their private name; `first` is the first port. */
  readonly addresses?: Readonly<Partial<Record<ComponentName, Readonly<Record<string, Address>>>>>;
  /** How long a service may take until it is steady after a change. */
  readonly steadyMs?: number;
  /** How long `start` waits for services that are still made. */
  readonly startWithinMs?: number;
  /** Between two looks at a service. */
  readonly pollMs?: number;
  /** Laid over what the SDK finds by itself: endpoint and credentials. */
  readonly client?: Pick<ECSClientConfig, 'endpoint' | 'credentials'>;
}

/**
 * What the task of the control API is started with: AWS_REGION, STOREFRONT_PREFIX, TASK_EVENTS_QUEUE_URL, and the tokens
 * FAULTLINE_CONTROL_TOKEN, FAULTLINE_OPERATOR_TOKEN and FAULTLINE_METRICS_TOKEN. Passwords of the stores are not among them.
 * FAULTLINE_OPERATOR_URL and FAULTLINE_COLLECTOR_COUNTERS_URL where these are not at their private names.
 * @throws SETTING_INVALID
 */
export function readAwsOptions(env: NodeJS.ProcessEnv): AwsOptions {
  const get = (name: string): string => {
    const value = env[name];
    if (!value) throw new InfraError('SETTING_INVALID', [`${name} must be set`, value ?? '']);
    return value;
  };
  const prefix = get('STOREFRONT_PREFIX');
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(prefix))
    throw new InfraError('SETTING_INVALID', [
      'STOREFRONT_PREFIX must match /^[a-z][a-z0-9-]{1,30}$/',
      prefix,
    ]);
  return {
    prefix,
    region: get('AWS_REGION'),
    eventsQueueUrl: get('TASK_EVENTS_QUEUE_URL'),
    secrets: {
      ...{ postgresPassword: '', cachePassword: '', queuePassword: '', s3AccessKey: '', s3SecretKey: '' },
      metricsToken: get('FAULTLINE_METRICS_TOKEN'),
      operatorToken: get('FAULTLINE_OPERATOR_TOKEN'),
      controlToken: get('FAULTLINE_CONTROL_TOKEN'),
    },
    addresses: {
      ...(env.FAULTLINE_OPERATOR_URL ? { operator: { first: addressAt(env.FAULTLINE_OPERATOR_URL) } } : {}),
      ...(env.FAULTLINE_COLLECTOR_COUNTERS_URL
        ? { collector: { counters: addressAt(env.FAULTLINE_COLLECTOR_COUNTERS_URL) } }
        : {}),
    },
  };
}

/** @throws SETTING_INVALID */
export function addressAt(text = ''): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.port === '')
    throw new InfraError('SETTING_INVALID', ['an address must be http://name:port', text]);
  return httpAddress(url.hostname, Number(url.port));
}
