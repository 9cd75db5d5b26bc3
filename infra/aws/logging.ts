import { portOf } from '../container/surroundings.ts';
import {
  type ContainerDefinition,
  containerDefinition,
  type LogConfiguration,
} from './container-definition.ts';
import { domainOf } from './place.ts';
import type { AwsSettings } from './settings.ts';

/** All that it keeps while the collector is away is in memory: at a hundred lines a second that is enough for half an hour. */
const ROUTER = { name: 'log-router', memoryMiB: 256, user: '1000:1000' } as const;

/** Lines into a log group. A container does not wait for it. */
export const toLogGroup = ({ group, region }: { group: string; region: string }): LogConfiguration => ({
  logDriver: 'awslogs',
  options: {
    'awslogs-group': group,
    'awslogs-region': region,
    'awslogs-stream-prefix': 'task',
    mode: 'non-blocking',
    'max-buffer-size': '4m',
  },
});

/**
 * Lines to the collector, by the log router of the same task: as Docker's log driver forwards them on the docker target, under
 * the same tag. The router keeps them, and tries again, for as long as the collector is away.
 */
export const toCollector = ({ tag, settings }: { tag: string; settings: AwsSettings }): LogConfiguration => ({
  logDriver: 'awsfirelens',
  options: {
    Name: 'forward',
    Host: `collector.${domainOf(settings)}`,
    Port: String(portOf('collector', 'forward')),
    Tag: tag,
    Require_ack_response: 'true',
    Retry_Limit: 'no_limits',
    'log-driver-buffer-limit': '16777216',
  },
});

/** Fluent Bit, which ECS configures (FireLens). Its own lines are no part of the data. */
export const logRouter = ({ image, group, region }: { image: string; group: string; region: string }) => {
  const container: ContainerDefinition = containerDefinition({
    ...{ name: ROUTER.name, image, memoryMiB: ROUTER.memoryMiB },
    launch: {
      user: ROUTER.user,
      tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=4m,uid=1000,gid=1000,mode=0700' },
    },
    ...{ environment: {}, secrets: {}, ports: [], stopSeconds: 30 },
    logConfiguration: toLogGroup({ group, region }),
  });
  return {
    ...container,
    firelensConfiguration: {
      type: 'fluentbit',
      options: {
        // a record is what Docker's own driver makes of a line, and nothing more
        'enable-ecs-log-metadata': 'false',
        'config-file-type': 'file',
        'config-file-value': '/fluent-bit/etc/storefront.conf',
      },
    } as const,
  };
};
