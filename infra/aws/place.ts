import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { AwsSettings } from './settings.ts';

/** Where everything of a stack is made, and how it is named. */
export interface Place {
  readonly settings: AwsSettings;
  readonly partition: pulumi.Output<string>;
  readonly account: pulumi.Output<string>;
  /** The two zones that the subnets are in; all but the load balancers runs in the first. */
  readonly zones: readonly [pulumi.Output<string>, pulumi.Output<string>];
  /** For every resource: the provider tags all of them with run and owner. */
  readonly options: { readonly provider: aws.Provider };
}

export function placeOf(settings: AwsSettings): Place {
  const { region, profile, run, owner } = settings;
  const provider = new aws.Provider(settings.prefix, {
    region: region as aws.Region,
    ...(profile === '' ? {} : { profile }),
    defaultTags: { tags: { 'storefront:run': run, 'storefront:owner': owner } },
  });
  const options = { provider };
  // not those that an account has opted into: local zones have no Fargate
  const filters = [{ name: 'opt-in-status', values: ['opt-in-not-required'] }];
  const { names } = aws.getAvailabilityZonesOutput({ state: 'available', filters }, options);
  const zone = (index: number) => names.apply((all) => all[index] ?? '');
  return {
    settings,
    account: aws.getCallerIdentityOutput({}, options).accountId,
    partition: aws.getPartitionOutput({}, options).partition,
    zones: [zone(0), zone(1)],
    options,
  };
}

/** `<prefix>-<what>` */
export const named = ({ settings }: Place, what: string): string => `${settings.prefix}-${what}`;

/** Private domain that the components' names are in. */
export const domainOf = ({ prefix }: Pick<AwsSettings, 'prefix'>): string => `${prefix}.internal`;

/** An ARN of this account and region. */
export const arnOf = (
  { partition, account, settings }: Place,
  service: string,
  resource: string,
): pulumi.Output<string> =>
  pulumi.interpolate`arn:${partition}:${service}:${settings.region}:${account}:${resource}`;
