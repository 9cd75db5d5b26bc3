import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ComponentName } from '../topology/component.ts';
import { bucketArn, bucketName, makeBuckets } from './buckets.ts';
import { makeBudget } from './budget.ts';
import { type ComponentSecrets, storeSecrets, type TaskMaking } from './component-task.ts';
import { componentsInTasks, makeComponents } from './components.ts';
import { makeConverter } from './converter.ts';
import { CONTROL_PORT } from './edges.ts';
import { makeEndpoints } from './endpoints.ts';
import { Images } from './images.ts';
import { logGroupsOf, makeKey } from './key.ts';
import { makeFronts } from './load-balancer.ts';
import { LogGroups } from './log-groups.ts';
import { makeNetwork } from './network.ts';
import { arnOf, domainOf, named, type Place, placeOf } from './place.ts';
import { queueArn, Roles, resolved } from './roles.ts';
import { SecretStore } from './secrets.ts';
import { SecurityGroups } from './security-groups.ts';
import { makeService } from './service.ts';
import { readAwsSettings } from './settings.ts';
import { makeStores } from './stores.ts';
import { makeTaskEvents } from './task-events.ts';
import { makeTool } from './tools.ts';

type Outputs = Record<string, pulumi.Output<string> | string>;

/** Everything of one stack on AWS, and how it is reached. Outputs are named as the variables that programs read. */
export function awsStack(): Outputs {
  const [own, provider] = [new pulumi.Config('faultline'), new pulumi.Config('aws')];
  const settings = readAwsSettings((key) => own.get(key), {
    aws: (key) => provider.get(key),
    stack: pulumi.getStack(),
  });
  const place = placeOf(settings);
  const key = makeKey(place);
  const logs = new LogGroups(place, key);
  const network = makeNetwork(place);
  const groups = new SecurityGroups(place, network);
  const buckets = makeBuckets(place, key);
  const store = new SecretStore(place, key);
  const stores = makeStores({ place, network, groups, key, secrets: store.secrets });
  const images = new Images(place, key);
  const cluster = makeCluster(place);
  const fronts = makeFronts({ place, network, groups });

  const made = pulumi.output({
    postgres: stores.postgres.address,
    cache: stores.cache.primaryEndpointAddress,
    queue: stores.queue.primaryEndpointAddress,
    rawBucket: bucketName(place, 'raw'),
  });
  const secrets = new Map<ComponentName, ComponentSecrets>(
    componentsInTasks().map((component) => [component.name, storeSecrets(component, { place, store, made })]),
  );
  const arns = resolved(arnsOf(place, { key, store, images, cluster }));
  const endpoints = makeEndpoints({ place, network, groups, arns });
  const roles = new Roles(place);
  const granted = roles.grant(arns);

  const making: TaskMaking = { place, roles, images, logs, store, made, granted };
  const ways = [...network.ready, ...endpoints, ...groups.rules, ...buckets.ready];
  const inside = { ...making, network, groups, cluster, stores, ways, secrets };
  const running = makeComponents({
    ...inside,
    fronts: [fronts.inside, ...(fronts.outside ? [fronts.outside] : [])],
  });
  const taskEvents = makeTaskEvents(place, cluster);
  const reached = { webApi: pulumi.interpolate`http://${fronts.inside.dnsName}`, taskEvents: taskEvents.url };
  makeService(inside, {
    ...{ name: 'control', task: makeTool('control', making, reached), replicas: 1, port: CONTROL_PORT },
    ...{ securityGroup: groups.of('control'), after: running },
  });
  for (const tool of ['load', 'seal'] as const) makeTool(tool, making, reached);
  makeConverter({ place, buckets, roles, logs, granted });
  makeBudget(place);

  return {
    AWS_REGION: settings.region,
    FAULTLINE_CLUSTER: cluster.arn,
    FAULTLINE_SUBNET: network.subnets[0].id,
    FAULTLINE_LOAD_SECURITY_GROUP: groups.of('load'),
    FAULTLINE_SEAL_SECURITY_GROUP: groups.of('seal'),
    FAULTLINE_WEB_API_URL: fronts.outside ? `https://${settings.host}` : reached.webApi,
    // where `faultline:host` is to lead (CNAME)
    ...(fronts.outside && { FAULTLINE_PUBLIC_NAME: fronts.outside.dnsName }),
    FAULTLINE_CONTROL_URL: `http://control.${domainOf(settings)}:${CONTROL_PORT}`,
    FAULTLINE_RAW: pulumi.interpolate`s3://${bucketName(place, 'raw')}`,
    FAULTLINE_DATASETS: pulumi.interpolate`s3://${bucketName(place, 'datasets')}`,
    TASK_EVENTS_QUEUE_URL: taskEvents.url,
  };
}

const makeCluster = (place: Place): aws.ecs.Cluster =>
  new aws.ecs.Cluster(
    place.settings.prefix,
    { name: place.settings.prefix, settings: [{ name: 'containerInsights', value: 'disabled' }] },
    place.options,
  );

interface Known {
  readonly key: aws.kms.Key;
  readonly store: SecretStore;
  readonly images: Images;
  readonly cluster: aws.ecs.Cluster;
}

/** What the policies speak of. */
const arnsOf = (place: Place, { key, store, images, cluster }: Known) => ({
  accountId: place.account,
  partition: place.partition,
  region: place.settings.region,
  rawBucket: bucketArn(place, 'raw'),
  datasetsBucket: bucketArn(place, 'datasets'),
  dataKey: key.arn,
  secrets: store.arns(),
  cluster: cluster.arn,
  services: arnOf(place, 'ecs', `service/${place.settings.prefix}/*`),
  taskDefinitions: arnOf(place, 'ecs', `task-definition/${named(place, '*')}`),
  converterQueue: queueArn(place, 'converter'),
  deadQueue: queueArn(place, 'converter-dead'),
  taskEventsQueue: queueArn(place, 'task-events'),
  logGroups: logGroupsOf(place),
  repositories: images.arns(),
  // those of the tasks that control makes revisions of
  passRoles: pulumi.all(
    (['execution', 'service-task', 'collector-task'] as const).map((role) => Roles.arnByName(place, role)),
  ),
});
