import type { TestContext } from 'node:test';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { releases } from '../../../services/releases.ts';
import type { AwsServer } from '../../../tools/moto/server.test-world.ts';
import type { Limits } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import { componentOf, topologyOf } from '../../topology.ts';

export const PREFIX = 'storefront';

export interface Cluster {
  readonly ecs: ECSClient;
  readonly queueUrl: string;
  /** As moto has it. */
  service(component: ComponentName): Promise<Service | undefined>;
  /** Another revision, with which the stack was made. */
  makeBase(component: ComponentName, limits: Partial<Limits>): Promise<void>;
  /** Puts what EventBridge would. */
  tell(event: object): Promise<unknown>;
  /** How many messages were received and not deleted. */
  unhandled(): Promise<number>;
}

/** A cluster in moto with a stack's services, and its queue of task states. */
export async function makeCluster(t: TestContext, moto: AwsServer): Promise<Cluster> {
  const ecs = new ECSClient(moto);
  const sqs = new SQSClient(moto);
  t.after(() => [ecs, sqs].map((client) => client.destroy()));
  await ecs.send(new CreateClusterCommand({ clusterName: PREFIX }));
  for (const { name, role } of topologyOf('aws')) {
    if (role === 'store' || role === 'task') continue;
    const family = `${PREFIX}-${name}`;
    await ecs.send(new RegisterTaskDefinitionCommand({ family, ...definitionOf(name) }));
    const service = { serviceName: family, taskDefinition: family, desiredCount: 1 };
    await ecs.send(new CreateServiceCommand({ cluster: PREFIX, launchType: 'FARGATE', ...service }));
  }
  const { QueueUrl: queueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `${PREFIX}-task-events` }),
  );
  return {
    ...{ ecs, queueUrl },
    async service(component) {
      const asked = { cluster: PREFIX, services: [`${PREFIX}-${component}`] };
      return (await ecs.send(new DescribeServicesCommand(asked))).services?.[0];
    },
    async makeBase(name, limits) {
      const family = `${PREFIX}-${name}`;
      await ecs.send(new RegisterTaskDefinitionCommand({ family, ...definitionOf(name, limits) }));
      await ecs.send(new UpdateServiceCommand({ cluster: PREFIX, service: family, taskDefinition: family }));
    },
    async unhandled() {
      const name = 'ApproximateNumberOfMessagesNotVisible';
      const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] });
      return Number((await sqs.send(asked)).Attributes?.[name]);
    },
    tell: (event) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) })),
  };
}

function definitionOf(name: ComponentName, changed: Partial<Limits> = {}) {
  const limits = { ...componentOf(name).limits, ...changed };
  return {
    ...{ networkMode: 'bridge' as const, cpu: '256', memory: '512' },
    containerDefinitions: [
      {
        ...{ name, image: 'services:1', memory: limits.memoryMiB },
        healthCheck: { command: ['CMD', 'true'] },
        environment: [
          { name: 'SERVICE_VERSION', value: releases[name]?.[0]?.version ?? '' },
          { name: 'NODE_OPTIONS', value: `--max-old-space-size=${limits.heapMiB}` },
        ],
        secrets: [{ name: 'METRICS_TOKEN', valueFrom: 'arn:aws:secretsmanager:eu-central-1:1:secret:m' }],
      },
    ],
  };
}
