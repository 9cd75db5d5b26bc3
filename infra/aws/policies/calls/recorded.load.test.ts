import { join } from 'node:path';
import { test } from 'node:test';
import { sendTraffic } from '../../../../loadtests/campaign/traffic.ts';
import { untilDrained } from '../../../../loadtests/segments/drain.ts';
import { segmentedLoad } from '../../../../loadtests/segments/load.ts';
import { CONTROL_TOKEN, startControl } from '../../../../loadtests/testing/control.ts';
import { processes } from '../../../../loadtests/testing/parts.ts';
import { scriptOf } from '../../../../loadtests/testing/planned.ts';
import { startServer } from '../../../../loadtests/testing/server.ts';
import { startStorefront } from '../../../../loadtests/testing/storefront.ts';
import { assertAsInTable, putLarge, s3World } from './enforced.test-world.ts';

const METRICS =
  'payment_queue_jobs{state="waiting"} 0\notelcol_receiver_accepted_spans_total{receiver="otlp"} 5\n';

test('the segments of a load do what they are told in the raw bucket, and leave their points there', async (t) => {
  const world = await s3World(t);
  if (!world) return;
  const door = await world.as('load-task');
  const [storefront, control] = [await startStorefront(), await startControl()];
  const metrics = await startServer((_, response) => response.end(METRICS));
  t.after(() => Promise.all([storefront.close(), control.close(), metrics.close()]));
  const [runId, scenario] = ['segments', '01-steady'];
  const launcher = processes(t, {
    runId,
    env: {
      FAULTLINE_RAW: 's3://raw',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: door.endpoint,
      AWS_ACCESS_KEY_ID: door.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: door.credentials.secretAccessKey,
      FAULTLINE_WEB_API_URL: storefront.url,
      FAULTLINE_CONTROL_URL: control.url,
      FAULTLINE_CONTROL_TOKEN: CONTROL_TOKEN,
      FAULTLINE_COLLECTOR_COUNTERS_URL: metrics.url,
      FAULTLINE_PAYMENT_WORKER_URL: metrics.url,
      FAULTLINE_METRICS_TOKEN: 'm',
    },
  });
  const { raw } = world; // who conducts is elsewhere, and has rights of its own
  const signal = new AbortController().signal;
  await sendTraffic({
    ...{ raw, runId, script: scriptOf(scenario), scenario, seed: 7, rate: 40, durationS: 4, plan: null },
    load: segmentedLoad({ raw, runId, scenario, segments: 2, runner: 'node', launcher, pollMs: 100 }),
    ...{ folder: join(world.folder, 'client'), signal },
  });
  await untilDrained({ raw, runId, launcher, signal, pollMs: 100 });
  await putLarge({ store: door.raw, folder: world.folder, prefix: 'runs/segments/client/' });
  assertAsInTable('load-task', door);
});
