import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { releases } from '../../../services/releases.ts';
import { nodeCommand } from '../../container/launch.ts';
import type { ComponentName } from '../../topology/component.ts';
import { componentOf } from '../../topology.ts';
import { mockedAwsStack } from '../testing/mocked-stack.ts';
import { taskDefinitions } from '../testing/tasks.ts';
import { logGroupOf, NOTHING, revisionOf, versionOf } from './revision.ts';

const stack = await mockedAwsStack();
const SERVICES = ['web-api', 'auth-service', 'payment-worker', 'operator'] as const;

/** As DescribeTaskDefinition gives what the stack's program registers. */
function definitionOf(component: ComponentName): TaskDefinition {
  const found = taskDefinitions(stack).find(({ name }) => name === `storefront-${component}`);
  assert.ok(found, component);
  const { containerDefinitions, ...inputs } = found.inputs;
  return { ...inputs, containerDefinitions: JSON.parse(String(containerDefinitions)) } as TaskDefinition;
}

for (const component of SERVICES) {
  test(`the stack’s own task definition of ${component} is one that control can change`, () => {
    const definition = definitionOf(component);
    const own = ({ containerDefinitions = [] }: Pick<TaskDefinition, 'containerDefinitions'>) =>
      containerDefinitions.find(({ name }) => name === component);
    const first = releases[component]?.[0]?.version ?? '';
    assert.equal(versionOf({ definition, component }), first);
    assert.deepEqual(own(definition)?.command, nodeCommand(component, first));
    assert.match(logGroupOf(definition) ?? '', /^\/storefront\//);

    const { heapMiB = 0, memoryMiB } = componentOf(component).limits;
    const release = releases[component]?.at(-1)?.version ?? '';
    const next = revisionOf({
      base: definition,
      component,
      overlay: {
        deployed: [first, release],
        env: { NEW: 'x' },
        limits: { heapMiB: heapMiB - 16, memoryMiB: memoryMiB + 64 },
      },
    });
    assert.deepEqual(own(next)?.command, nodeCommand(component, release));
    const environment = new Map(own(next)?.environment?.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      ['SERVICE_VERSION', 'NODE_OPTIONS', 'NEW'].map((name) => environment.get(name)),
      [release, `--max-old-space-size=${heapMiB - 16}`, 'x'],
    );
    assert.equal(own(next)?.dockerLabels?.['storefront.version'], release);
    assert.equal(own(next)?.memory, memoryMiB + 64);
    assert.deepEqual(own(next)?.secrets, own(definition)?.secrets);
    const others = ({ containerDefinitions = [] }: Pick<TaskDefinition, 'containerDefinitions'>) =>
      containerDefinitions.filter(({ name }) => name !== component);
    assert.deepEqual(others(next), others(definition));
    assert.deepEqual(
      [next.taskRoleArn, next.executionRoleArn, next.cpu],
      [...[definition.taskRoleArn, definition.executionRoleArn, definition.cpu]],
    );
  });
}

test('nothing laid over it leaves all as it is, but for the labels', () => {
  const definition = definitionOf('web-api');
  const { containerDefinitions = [] } = revisionOf({
    base: definition,
    component: 'web-api',
    overlay: NOTHING,
  });
  const plain = containerDefinitions.map(({ dockerLabels: _, ...container }) => container);
  const before = (definition.containerDefinitions ?? []).map(
    ({ dockerLabels: _, ...container }) => container,
  );
  assert.deepEqual(plain, before);
});
