import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { askHttp } from '../container/launch.ts';
import { httpAddress, portOf } from '../container/surroundings.ts';
import { bucketName } from './buckets.ts';
import type { TaskMaking } from './component-task.ts';
import { containerDefinition } from './container-definition.ts';
import { CONTROL_PORT } from './edges.ts';
import { toLogGroup } from './logging.ts';
import { domainOf, type Place } from './place.ts';
import { makeTaskDefinition } from './task-definition.ts';

export const TOOL_NAMES = ['control', 'load', 'seal'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

interface Tool {
  readonly command: readonly string[];
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ports: readonly number[];
  /** From SIGTERM to SIGKILL; ECS takes up to 120. */
  readonly stopSeconds: number;
  /** Name of the variable → which secret of the stack it is. */
  readonly secrets: Readonly<Record<string, string>>;
}

const METRICS = { FAULTLINE_METRICS_TOKEN: 'metricsToken' };
const CONTROL = { FAULTLINE_CONTROL_TOKEN: 'controlToken' };

/** What works beside the stack, by one image: none of it is observed, and none is needed by what is. */
const TOOLS: Readonly<Record<ToolName, Tool>> = {
  control: {
    command: ['node', '--import', 'tsx', 'infra/aws/control/main.ts'],
    ...{ cpu: 256, memoryMiB: 512, ports: [CONTROL_PORT], stopSeconds: 30 },
    secrets: { ...CONTROL, ...METRICS, FAULTLINE_OPERATOR_TOKEN: 'operatorToken' },
  },
  // as many as there are segments of the execution; stopped, each ends its traffic in order, and has changes taken back
  load: {
    command: ['node', '--import', 'tsx', 'infra/aws/load/main.ts'],
    ...{ cpu: 1024, memoryMiB: 2048, ports: [], stopSeconds: 120 },
    secrets: { ...CONTROL, ...METRICS },
  },
  // Whoever starts it says which run, in RUN_ID. What the function was given five times in vain is tried once more.
  seal: {
    command: [
      'sh',
      '-c',
      'node tools/cli/bin.js convert "$RUN_ID" --missing && exec node tools/cli/bin.js seal "$RUN_ID"',
    ],
    ...{ cpu: 2048, memoryMiB: 4096, ports: [], stopSeconds: 30, secrets: {} },
  },
};

/** Of the image: no name is needed for it. */
const USER = '1000:1000';

export interface Reached {
  readonly webApi: pulumi.Output<string>;
  readonly taskEvents: pulumi.Output<string>;
}

/** What all three are told of the stack. */
const environmentOf = (place: Place, { webApi, taskEvents }: Reached) => {
  const url = (host: string, port: number) => httpAddress(`${host}.${domainOf(place.settings)}`, port).url;
  return {
    AWS_REGION: place.settings.region,
    STOREFRONT_PREFIX: place.settings.prefix,
    FAULTLINE_RAW: pulumi.interpolate`s3://${bucketName(place, 'raw')}`,
    FAULTLINE_DATASETS: pulumi.interpolate`s3://${bucketName(place, 'datasets')}`,
    FAULTLINE_WEB_API_URL: webApi,
    FAULTLINE_OPERATOR_URL: url('operator', portOf('operator')),
    FAULTLINE_CONTROL_URL: url('control', CONTROL_PORT),
    FAULTLINE_COLLECTOR_URL: url('collector', portOf('collector')),
    FAULTLINE_COLLECTOR_COUNTERS_URL: url('collector', portOf('collector', 'counters')),
    TASK_EVENTS_QUEUE_URL: taskEvents,
  };
};

export function makeTool(
  name: ToolName,
  { place, images, logs, store, ...making }: TaskMaking,
  reached: Reached,
): aws.ecs.TaskDefinition {
  const tool = TOOLS[name];
  const known = pulumi.output({
    image: images.of('tools'),
    group: logs.of(name).name,
    environment: environmentOf(place, reached),
    secrets: Object.fromEntries(
      Object.entries(tool.secrets).map(([variable, secret]) => [variable, store.own.valueFrom(secret)]),
    ),
  });
  const containers = known.apply(({ image, group, environment, secrets }) => [
    containerDefinition({
      ...{ name, image, memoryMiB: tool.memoryMiB, environment, secrets, ports: tool.ports },
      launch: {
        ...{ user: USER, command: tool.command, tmpfs: {}, volume: '/tmp' },
        ...(name === 'control' && { healthCheck: askHttp({ port: CONTROL_PORT, path: '/health' }) }),
      },
      stopSeconds: tool.stopSeconds,
      logConfiguration: toLogGroup({ group, region: place.settings.region }),
    }),
  ]);
  return makeTaskDefinition({ place, ...making }, { name, role: `${name}-task`, cpu: tool.cpu, containers });
}
