import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { arnOf, named, type Place } from './place.ts';
import { keyPolicy } from './policies/index.ts';

/** The one key that buckets, secrets, stores, images and logs are encrypted with. Gone seven days after the stack is. */
export const makeKey = (place: Place): aws.kms.Key =>
  new aws.kms.Key(
    named(place, 'data'),
    {
      description: `data of ${place.settings.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      policy: pulumi
        .all([place.account, place.partition, logGroupsOf(place)])
        .apply(([accountId, partition, logGroups]) =>
          JSON.stringify(keyPolicy({ accountId, partition, logGroups, region: place.settings.region })),
        ),
    },
    // what it has encrypted could not be read without it
    { ...place.options, retainOnDelete: place.settings.protect.length > 0 },
  );

/** Pattern of the ARNs of all log groups of the stack. */
export const logGroupsOf = (place: Place): pulumi.Output<string> =>
  arnOf(place, 'logs', `log-group:/${place.settings.prefix}/*`);
