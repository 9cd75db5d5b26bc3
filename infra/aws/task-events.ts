import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { named, type Place } from './place.ts';
import { taskEventsQueuePolicy } from './policies/index.ts';
import { makeQueue, setQueuePolicy } from './queues.ts';

/** What ECS says of the stack's tasks, in a queue that `control` reads: starts, ends with their codes, out of memory. */
export function makeTaskEvents(place: Place, cluster: aws.ecs.Cluster): aws.sqs.Queue {
  const name = named(place, 'task-events');
  const queue = makeQueue(place, 'task-events');
  const rule = new aws.cloudwatch.EventRule(
    name,
    {
      name,
      description: `tasks of ${place.settings.prefix} that start and end`,
      eventPattern: pulumi.jsonStringify({
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: { clusterArn: [cluster.arn] },
      }),
    },
    place.options,
  );
  const policy = pulumi
    .all([queue.arn, rule.arn])
    .apply(([taskEventsQueue, ruleArn]) => taskEventsQueuePolicy({ taskEventsQueue }, ruleArn));
  const allowed = setQueuePolicy(place, { what: 'task-events', queue, policy });
  new aws.cloudwatch.EventTarget(
    name,
    { rule: rule.name, arn: queue.arn },
    { ...place.options, dependsOn: allowed },
  );
  return queue;
}
