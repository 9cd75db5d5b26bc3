import { openStore } from '../../../converters/store/open.ts';
import { LoadTasks, type LoadTasksOptions } from '../../../infra/aws/load/tasks.ts';
import { type Counters, countersSince } from '../../../infra/collector/counters.ts';
import { untilDrained } from '../../../loadtests/segments/drain.ts';
import type { Launcher } from '../../../loadtests/segments/launcher.ts';
import { segmentedLoad } from '../../../loadtests/segments/load.ts';
import { EXPORT_OUTPUTS } from '../environment-stack.ts';
import { CliError } from '../errors.ts';
import type { StackUnderLoad } from './stack-under-load.ts';

/** What a stack on AWS gives as outputs: where its tasks run, and its raw bucket. */
export interface AwsAccess extends Omit<LoadTasksOptions, 'runId'> {
  /** `s3://<bucket>` */
  readonly raw: string;
}

const COMMAND = EXPORT_OUTPUTS.replace('pulumi stack output', 'pulumi stack output --stack aws');

/** @throws ENVIRONMENT_INCOMPLETE */
export function awsAccess(env: NodeJS.ProcessEnv = process.env): AwsAccess {
  const missing: string[] = [];
  const get = (name: string): string => {
    const value = env[name];
    if (!value) missing.push(name);
    return value ?? '';
  };
  const access = {
    ...{ region: get('AWS_REGION'), cluster: get('FAULTLINE_CLUSTER'), raw: get('FAULTLINE_RAW') },
    subnets: [get('FAULTLINE_SUBNET')],
    securityGroups: [get('FAULTLINE_LOAD_SECURITY_GROUP')],
  };
  if (missing.length > 0)
    throw new CliError(
      'ENVIRONMENT_INCOMPLETE',
      `--target aws takes the outputs of the stack from the environment, which lacks ${missing.join(', ')}: ${COMMAND}`,
    );
  return access;
}

/**
 * One on AWS, whose traffic comes from tasks in its own network: this computer only talks to ECS and to the raw bucket.
 * @param launcherOf what starts the parts of a load, for tests
 */
export function awsStack({
  access,
  segments,
  launcherOf,
}: {
  access: AwsAccess;
  segments: number;
  launcherOf?: (runId: string) => Launcher;
}): StackUnderLoad {
  const raw = openStore(access.raw, { region: access.region });
  const launchers = new Map<string, Launcher & { close?(): void }>();
  const launcher = (runId: string) => {
    const known = launchers.get(runId) ?? launcherOf?.(runId) ?? new LoadTasks({ ...access, runId });
    launchers.set(runId, known);
    return known;
  };
  let before: Counters | null = null;
  return {
    ...{ target: 'aws', rawPrefix: 'raw', raw },
    // the first segment reads the collector's counters, which cannot be reached from here
    begin: async () => {},
    load: ({ runId, scenario, runner }) =>
      segmentedLoad({
        ...{ raw, runId, scenario, runner, segments, launcher: launcher(runId) },
        onConducted: ({ counters }) => {
          before = counters;
        },
      }),
    async drained({ runId, signal }) {
      const { end_ms, drained_ms, counters, versions } = await untilDrained({
        ...{ raw, runId, signal, launcher: launcher(runId) },
      });
      const collector = before ? countersSince(before, counters) : counters;
      return { endMs: end_ms, drainedMs: drained_ms, collector, versions };
    },
    close: () => {
      for (const one of launchers.values()) one.close?.();
    },
  };
}
