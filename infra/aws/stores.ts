import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { surroundings } from '../container/surroundings.ts';
import type { Secrets } from '../target.ts';
import { componentOf } from '../topology.ts';
import type { Network } from './network.ts';
import { named, type Place } from './place.ts';
import type { SecurityGroups } from './security-groups.ts';
import { elasticacheParameters, rdsParameters } from './server-parameters.ts';

/** Managed servers by what the topology calls them. */
export interface Stores {
  readonly postgres: aws.rds.Instance;
  readonly cache: aws.elasticache.ReplicationGroup;
  readonly queue: aws.elasticache.ReplicationGroup;
}

interface Making {
  readonly place: Place;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly key: aws.kms.Key;
  readonly secrets: pulumi.Output<Secrets>;
}

export function makeStores(making: Making): Stores {
  const { place, network } = making;
  const subnetIds = network.subnets.map(({ id }) => id);
  const name = named(place, 'stores');
  const subnets = new aws.elasticache.SubnetGroup(name, { name, subnetIds }, place.options);
  return {
    postgres: makePostgres(making, subnetIds),
    cache: makeRedis(making, 'cache', subnets),
    queue: makeRedis(making, 'queue', subnets),
  };
}

/** Major version of an image, as in `postgres:18.1-bookworm`; of Valkey with the minor one, which ElastiCache wants. */
function versionOf(name: 'postgres' | 'cache' | 'queue', pattern: RegExp): string {
  const [, version] = pattern.exec(componentOf(name).image) ?? [];
  if (version === undefined) throw new TypeError(`${componentOf(name).image} has no version`);
  return version;
}

/** No setting of the topology depends on where its component runs. */
const settingsOf = (name: 'postgres' | 'cache' | 'queue', { settings }: Place) => {
  const component = componentOf(name);
  const at = surroundings(component, {
    ...{ settings, secrets: {} as Secrets, environment: '' },
    address: () => ({ host: '', port: 0, url: '' }),
  });
  return component.settings?.(at) ?? {};
};

function makePostgres({ place, groups, key, secrets }: Making, subnetIds: pulumi.Output<string>[]) {
  const name = named(place, 'postgres');
  const major = versionOf('postgres', /:(\d+)\./);
  const { options, settings } = place;
  const subnets = new aws.rds.SubnetGroup(name, { name, subnetIds }, options);
  const parameters = new aws.rds.ParameterGroup(
    name,
    { name, family: `postgres${major}`, parameters: rdsParameters(settingsOf('postgres', place)) },
    options,
  );
  return new aws.rds.Instance(
    name,
    {
      ...{
        identifier: name,
        engine: 'postgres',
        engineVersion: major,
        instanceClass: settings.databaseClass,
      },
      ...{ dbName: 'storefront', username: 'storefront', port: componentOf('postgres').ports.sql as number },
      password: secrets.apply(({ postgresPassword }) => postgresPassword),
      ...{ allocatedStorage: 20, storageType: 'gp3', storageEncrypted: true, kmsKeyId: key.arn },
      ...{ dbSubnetGroupName: subnets.name, vpcSecurityGroupIds: [groups.of('postgres')] },
      ...{ availabilityZone: place.zones[0], multiAz: false, publiclyAccessible: false },
      parameterGroupName: parameters.name,
      // what runs is what was chosen, until somebody chooses another
      ...{ autoMinorVersionUpgrade: false, applyImmediately: true },
      // it can be made anew from its seed, and is to leave nothing
      ...{ backupRetentionPeriod: 0, deleteAutomatedBackups: true },
      ...{ skipFinalSnapshot: true, deletionProtection: false },
    },
    options,
  );
}

function makeRedis(
  { place, groups, key, secrets }: Making,
  what: 'cache' | 'queue',
  subnets: aws.elasticache.SubnetGroup,
): aws.elasticache.ReplicationGroup {
  const name = named(place, what);
  const version = versionOf(what, /:(\d+\.\d+)\./);
  const { options, settings } = place;
  const parameters = new aws.elasticache.ParameterGroup(
    name,
    {
      name,
      family: `valkey${version.split('.')[0]}`,
      parameters: elasticacheParameters(settingsOf(what, place)),
    },
    options,
  );
  return new aws.elasticache.ReplicationGroup(
    name,
    {
      ...{ replicationGroupId: name, description: `${what} of ${settings.prefix}` },
      ...{ engine: 'valkey', engineVersion: version, nodeType: settings.cacheNodeType },
      ...{ numCacheClusters: 1, automaticFailoverEnabled: false, preferredCacheClusterAzs: [place.zones[0]] },
      ...{ subnetGroupName: subnets.name, securityGroupIds: [groups.of(what)] },
      ...{ port: componentOf(what).ports.redis as number, parameterGroupName: parameters.name },
      ...{ atRestEncryptionEnabled: true, kmsKeyId: key.arn, transitEncryptionEnabled: true },
      authToken: secrets.apply((all) => (what === 'cache' ? all.cachePassword : all.queuePassword)),
      ...{ snapshotRetentionLimit: 0, autoMinorVersionUpgrade: false, applyImmediately: true },
    },
    options,
  );
}
