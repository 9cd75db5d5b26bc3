/**
 * An event as the developer guide of ECS shows it for a task on Fargate (`ECS Task State Change`), with the names of this
 * stack in place of its own.
 */
export function taskStateEvent(detail: Readonly<Record<string, unknown>> = {}) {
  const at = 'arn:aws:ecs:us-west-2:111122223333';
  const taskArn = `${at}:task/storefront/c13b4cb40f1f4fe4a2971f76ae5a47ad`;
  return {
    version: '0',
    id: '3317b2af-7005-947d-b652-f55e762e571a',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '111122223333',
    time: '2020-01-23T17:57:58Z',
    region: 'us-west-2',
    resources: [taskArn],
    detail: {
      attachments: [
        {
          id: '1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8',
          type: 'eni',
          status: 'ATTACHED',
          details: [
            { name: 'subnetId', value: 'subnet-abcd1234' },
            { name: 'networkInterfaceId', value: 'eni-abcd1234' },
            { name: 'macAddress', value: '0a:98:eb:a7:29:ba' },
            { name: 'privateIPv4Address', value: '10.0.0.139' },
          ],
        },
      ],
      availabilityZone: 'us-west-2c',
      clusterArn: `${at}:cluster/storefront`,
      containers: [
        {
          containerArn: `${at}:container/cf159fd6-3e3f-4a9e-84f9-66cbe726af01`,
          lastStatus: 'RUNNING',
          name: 'web-api',
          image: '111122223333.dkr.ecr.us-west-2.amazonaws.com/storefront-services:latest',
          imageDigest: 'sha256:74b2c688c700ec95a93e478cdb959737c148df3fbf5ea706abe0318726e885e6',
          runtimeId: 'ad64cbc71c7fb31c55507ec24c9f77947132b03d48d9961115cf24f3b7307e1e',
          taskArn,
          networkInterfaces: [
            { attachmentId: '1789bcae-ddfb-4d10-8ebe-8ac87ddba5b8', privateIpv4Address: '10.0.0.139' },
          ],
          cpu: '0',
        },
      ],
      createdAt: '2020-01-23T17:57:34.402Z',
      launchType: 'FARGATE',
      cpu: '256',
      memory: '512',
      desiredStatus: 'RUNNING',
      group: 'service:storefront-web-api',
      lastStatus: 'RUNNING',
      overrides: { containerOverrides: [{ name: 'web-api' }] },
      connectivity: 'CONNECTED',
      connectivityAt: '2020-01-23T17:57:38.453Z',
      pullStartedAt: '2020-01-23T17:57:52.103Z',
      startedAt: '2020-01-23T17:57:58.103Z',
      pullStoppedAt: '2020-01-23T17:57:55.103Z',
      updatedAt: '2020-01-23T17:57:58.103Z',
      taskArn,
      taskDefinitionArn: `${at}:task-definition/storefront-web-api:1`,
      version: 4,
      platformVersion: '1.4.0',
      ...detail,
    },
  };
}

/** The same task when it has ended. */
export function stoppedEvent({
  container = {},
  ...detail
}: {
  stopCode: string;
  stoppedReason?: string;
  container?: Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>) {
  return taskStateEvent({
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    version: 6,
    stoppingAt: '2020-01-23T18:10:00.000Z',
    executionStoppedAt: '2020-01-23T18:10:01.250Z',
    stoppedAt: '2020-01-23T18:10:20.000Z',
    containers: [
      { name: 'log-router', lastStatus: 'STOPPED', exitCode: 0 },
      { name: 'web-api', lastStatus: 'STOPPED', ...container },
    ],
    ...detail,
  });
}
