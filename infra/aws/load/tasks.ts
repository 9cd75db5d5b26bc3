import {
  DescribeTasksCommand,
  ECSClient,
  type ECSClientConfig,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { LaunchedPart, Launcher, Part } from '../../../loadtests/segments/launcher.ts';
import { InfraError } from '../../errors.ts';

/** Family of its task definition after the prefix, and name of its container. */
const LOAD = 'load';

export interface LoadTasksOptions {
  readonly region: string;
  /** Name or ARN; the name is what all names of the stack begin with. */
  readonly cluster: string;
  /** Where the tasks run, and what they may reach. */
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly runId: string;
  /** Laid over what the SDK finds by itself. */
  readonly client?: Pick<ECSClientConfig, 'endpoint' | 'credentials'>;
}

/** Starts the parts of a load as tasks on Fargate, of the newest revision of the stack's `load` task definition. */
export class LoadTasks implements Launcher {
  readonly #options: LoadTasksOptions;
  readonly #client: ECSClient;
  readonly #seen = new Set<string>();

  constructor(options: LoadTasksOptions) {
    this.#options = options;
    this.#client = new ECSClient({ region: options.region, ...options.client });
  }

  /** The overrides name run, load and part alone, since they can have 8,192 characters: what is to be done is in the raw bucket. */
  async start({ part, load }: Part): Promise<LaunchedPart> {
    const { cluster, subnets, securityGroups, runId } = this.#options;
    const { tasks = [], failures = [] } = await this.#client.send(
      new RunTaskCommand({
        cluster,
        taskDefinition: this.#family,
        launchType: 'FARGATE',
        count: 1,
        propagateTags: 'TASK_DEFINITION',
        enableECSManagedTags: true,
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...subnets],
            securityGroups: [...securityGroups],
            assignPublicIp: 'DISABLED',
          },
        },
        overrides: {
          containerOverrides: [
            {
              name: LOAD,
              environment: [
                { name: 'FAULTLINE_RUN_ID', value: runId },
                { name: 'FAULTLINE_LOAD', value: load },
                { name: 'FAULTLINE_PART', value: part },
              ],
            },
          ],
        },
      }),
    );
    const arn = tasks[0]?.taskArn;
    if (arn === undefined) {
      const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(' ')).join('; ');
      throw new InfraError('TASK_NOT_STARTED', [this.#family, why]);
    }
    return {
      name: arn,
      stop: async () => {
        await this.#client.send(
          new StopTaskCommand({ cluster, task: arn, reason: `run ${runId} was ended` }),
        );
      },
    };
  }

  /** @param parts up to 100, which is what ECS describes at once */
  async ended(parts: readonly LaunchedPart[]): Promise<(string | undefined)[]> {
    const { cluster } = this.#options;
    const arns = parts.map(({ name }) => name);
    const { tasks = [] } = await this.#client.send(new DescribeTasksCommand({ cluster, tasks: arns }));
    // ECS may not know yet what it has just started
    for (const { taskArn = '' } of tasks) this.#seen.add(taskArn);
    return arns.map((arn) =>
      this.#seen.has(arn) ? endOf(tasks.find(({ taskArn }) => taskArn === arn)) : undefined,
    );
  }

  get #family(): string {
    return `${this.#options.cluster.split('/').at(-1)}-${LOAD}`;
  }

  close(): void {
    this.#client.destroy();
  }
}

/** A task that has ended is known for an hour. */
export function endOf(task: Task | undefined): string | undefined {
  if (task === undefined) return 'ECS does not know it any more';
  if (task.lastStatus !== 'STOPPED') return undefined;
  const container = task.containers?.find(({ name }) => name === LOAD);
  const code = container?.exitCode === undefined ? undefined : `exit code ${container.exitCode}`;
  return [code, container?.reason, task.stoppedReason].filter(Boolean).join(', ') || 'it says no reason';
}
