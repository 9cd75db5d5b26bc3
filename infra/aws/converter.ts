import { join } from 'node:path';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { bundle } from '../../converters/bundle.ts';
import { type Buckets, bucketArn, bucketName } from './buckets.ts';
import type { LogGroups } from './log-groups.ts';
import { named, type Place } from './place.ts';
import { converterQueuePolicy, deadQueuePolicy } from './policies/index.ts';
import { makeQueue, setQueuePolicy } from './queues.ts';
import { queueArn, type Roles } from './roles.ts';
import { stackFolder } from './tools-context.ts';

/** docs/benchmarks.md: one core, which is where it is fastest, and three times the waits of a store that sheds load. */
const FUNCTION = { memorySize: 1769, timeout: 60 } as const;
const GATHER_SECONDS = 1;
/** After which a message is put aside. */
const DELIVERIES = 5;
/** At once: what the converter was tested with (`npm test -- worker.exactly-once`). */
const FUNCTIONS = 8;

interface Making {
  readonly place: Place;
  readonly buckets: Buckets;
  readonly roles: Roles;
  readonly logs: LogGroups;
  /** The function's role has what it needs. */
  readonly granted: readonly pulumi.Resource[];
}

/**
 * Raw objects → parts, as they arrive:
 *
 *     S3 ObjectCreated below raw/ ─► queue ─► function, ten messages at a time ─► parts
 *                                      └─ five times in vain ─► dead queue
 */
export function makeConverter({ place, buckets, roles, logs, granted }: Making): aws.lambda.Function {
  const { settings, options } = place;
  const name = named(place, 'converter');
  const dead = makeQueue(place, 'converter-dead', {
    redriveAllowPolicy: pulumi.jsonStringify({
      redrivePermission: 'byQueue',
      sourceQueueArns: [queueArn(place, 'converter')],
    }),
  });
  const deadPolicy = dead.arn.apply((deadQueue) => deadQueuePolicy({ deadQueue }));
  setQueuePolicy(place, { what: 'converter-dead', queue: dead, policy: deadPolicy });
  const queue = makeQueue(place, 'converter', {
    // six times as long as the function may take, and the time in which a batch is gathered, as AWS asks for
    visibilityTimeoutSeconds: 6 * FUNCTION.timeout + GATHER_SECONDS,
    redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: DELIVERIES }),
  });
  notify(place, buckets, queue);

  const convert = new aws.lambda.Function(
    name,
    {
      name,
      role: roles.arn('converter-function'),
      ...{ packageType: 'Zip', handler: 'index.handler', runtime: 'nodejs24.x' },
      architectures: [settings.architecture === 'ARM64' ? 'arm64' : 'x86_64'],
      code: bundled(),
      ...FUNCTION,
      environment: { variables: { FAULTLINE_RAW: pulumi.interpolate`s3://${bucketName(place, 'raw')}` } },
      loggingConfig: { logFormat: 'Text', logGroup: logs.of('converter').name },
    },
    { ...options, dependsOn: [...granted] },
  );
  new aws.lambda.EventSourceMapping(
    name,
    {
      eventSourceArn: queue.arn,
      functionName: convert.name,
      ...{ batchSize: 10, maximumBatchingWindowInSeconds: GATHER_SECONDS },
      // what could not be converted comes again, and the rest of its batch does not
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: FUNCTIONS },
    },
    { ...options, dependsOn: [...granted, ...buckets.ready] },
  );
  return convert;
}

function notify(place: Place, { raw }: Buckets, queue: aws.sqs.Queue): void {
  const policy = pulumi
    .all([queue.arn, bucketArn(place, 'raw'), place.account])
    .apply(([converterQueue, rawBucket, accountId]) =>
      converterQueuePolicy({ converterQueue, rawBucket, accountId }),
    );
  const allowed = setQueuePolicy(place, { what: 'converter', queue, policy });
  new aws.s3.BucketNotification(
    named(place, 'raw'),
    {
      bucket: raw.id,
      queues: [{ queueArn: queue.arn, events: ['s3:ObjectCreated:*'], filterPrefix: 'raw/' }],
    },
    // S3 sends a test event at once, and is refused without the policy
    { ...place.options, dependsOn: allowed },
  );
}

const bundled = (): pulumi.Output<pulumi.asset.Archive> =>
  pulumi
    .output(bundle('lambda', { outdir: join(stackFolder(pulumi.getStack()), 'converter') }))
    .apply(({ outdir }) => new pulumi.asset.FileArchive(outdir));
