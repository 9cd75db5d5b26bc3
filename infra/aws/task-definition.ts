import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type ContainerDefinition, DATA } from './container-definition.ts';
import { named, type Place } from './place.ts';
import type { RoleName } from './policies/index.ts';
import type { Roles } from './roles.ts';
import { fargateMemory } from './runtime/fargate.ts';

export interface TaskOptions {
  /** What it is called behind the prefix: the family of its revisions. */
  readonly name: string;
  readonly role: RoleName;
  /** 1024 is one virtual processor. */
  readonly cpu: number;
  readonly containers: pulumi.Output<ContainerDefinition[]>;
}

/** @param granted what the execution role needs: no task starts without it */
export const makeTaskDefinition = (
  { place, roles, granted }: { place: Place; roles: Roles; granted: readonly pulumi.Resource[] },
  { name, role, cpu, containers }: TaskOptions,
): aws.ecs.TaskDefinition =>
  new aws.ecs.TaskDefinition(
    named(place, name),
    {
      family: named(place, name),
      ...{ networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: String(cpu) },
      memory: containers.apply((all) => String(fargateMemory({ name, cpu: String(cpu), needed: sum(all) }))),
      runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: place.settings.architecture },
      executionRoleArn: roles.arn('execution'),
      taskRoleArn: roles.arn(role),
      containerDefinitions: pulumi.jsonStringify(containers),
      volumes: containers.apply((all) =>
        all.some(({ mountPoints }) => mountPoints.length > 0) ? [{ name: DATA }] : [],
      ),
    },
    { ...place.options, dependsOn: [...granted] },
  );

const sum = (containers: readonly ContainerDefinition[]): number =>
  containers.reduce((total, { memory }) => total + memory, 0);
