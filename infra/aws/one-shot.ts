import { setTimeout as pause } from 'node:timers/promises';
import { DescribeTasksCommand, type ECSClient, RunTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { InfraError } from '../errors.ts';

const ASK_EVERY_MS = 3000;

export interface OneShot {
  readonly client: ECSClient;
  readonly cluster: string;
  /** ARN of the task definition. */
  readonly taskDefinition: string;
  readonly container: string;
  readonly subnet: string;
  readonly securityGroup: string;
  readonly withinSeconds: number;
  readonly everyMs?: number;
}

/**
 * Starts a task and waits for its end.
 * @throws TASK_FAILED where it was not started, did not end in time, or ended with another code than 0
 */
export async function runToEnd(task: OneShot): Promise<void> {
  const { client, cluster, container, withinSeconds, everyMs = ASK_EVERY_MS } = task;
  const arn = await start(task);
  const until = performance.now() + withinSeconds * 1000;
  while (performance.now() < until) {
    await pause(everyMs);
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const found = tasks?.[0];
    if (found?.lastStatus === 'STOPPED') return judge(container, found);
  }
  throw new InfraError('TASK_FAILED', [container, `did not end within ${withinSeconds} s`]);
}

async function start({
  client,
  cluster,
  taskDefinition,
  subnet,
  securityGroup,
  container,
}: OneShot): Promise<string> {
  const { tasks, failures } = await client.send(
    new RunTaskCommand({
      ...{ cluster, taskDefinition, launchType: 'FARGATE', platformVersion: '1.4.0' },
      ...{ propagateTags: 'TASK_DEFINITION', enableECSManagedTags: true },
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [subnet],
          securityGroups: [securityGroup],
          assignPublicIp: 'DISABLED',
        },
      },
    }),
  );
  const arn = tasks?.[0]?.taskArn;
  if (arn !== undefined) return arn;
  const [failure] = failures ?? [];
  throw new InfraError('TASK_FAILED', [
    container,
    `was not started: ${failure?.reason ?? 'ECS says no reason'}`,
  ]);
}

function judge(name: string, { containers, stoppedReason }: Task): void {
  const code = containers?.find((container) => container.name === name)?.exitCode;
  if (code !== 0)
    throw new InfraError('TASK_FAILED', [
      name,
      `ended with ${code === undefined ? 'no code' : `code ${code}`}: ${stoppedReason ?? ''}`,
    ]);
}
