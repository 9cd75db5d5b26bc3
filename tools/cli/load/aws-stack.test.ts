import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import { lossCounters, openRun } from '../../../loadtests/campaign/open-run.ts';
import { sendTraffic } from '../../../loadtests/campaign/traffic.ts';
import { LoadObjects } from '../../../loadtests/segments/objects.ts';
import { CONTROL_TOKEN, startControl } from '../../../loadtests/testing/control.ts';
import { processes } from '../../../loadtests/testing/parts.ts';
import { startServer } from '../../../loadtests/testing/server.ts';
import { startStorefront } from '../../../loadtests/testing/storefront.ts';
import { scenarioScript } from '../scenarios.ts';
import { makeFolder } from '../testing/command.ts';
import { awsAccess, awsStack } from './aws-stack.ts';

/** As `pulumi stack output --shell` exports it: the load balancer is reached from inside the network alone. */
process.env.FAULTLINE_WEB_API_URL = 'http://storefront-web-api.eu-central-1.elb.amazonaws.com';

const OUTPUTS = {
  AWS_REGION: 'eu-central-1',
  FAULTLINE_CLUSTER: 'arn:aws:ecs:eu-central-1:123456789012:cluster/storefront',
  FAULTLINE_SUBNET: 'subnet-1',
  FAULTLINE_LOAD_SECURITY_GROUP: 'sg-1',
};

test('a run on AWS: its traffic comes from tasks, and its record has what the collector counted meanwhile', async (t) => {
  const folder = await makeFolder(t);
  const [storefront, control] = [await startStorefront(), await startControl()];
  let spans = 100;
  const metrics = await startServer(({ path }, response) => {
    response.end(
      path === '/metrics' &&
        `payment_queue_jobs{state="waiting"} 0\notelcol_receiver_refused_spans_total{receiver="otlp"} ${spans}\n`,
    );
  });
  t.after(() => Promise.all([storefront.close(), control.close(), metrics.close()]));
  const [runId, scenario] = [parseRunId('r-aws'), '01-steady'];
  const access = awsAccess({ ...OUTPUTS, FAULTLINE_RAW: join(folder, 'raw') });
  const stack = awsStack({
    ...{ access, segments: 2 },
    launcherOf: (of) =>
      processes(t, {
        runId: of,
        env: {
          FAULTLINE_RAW: access.raw,
          FAULTLINE_WEB_API_URL: storefront.url,
          FAULTLINE_CONTROL_URL: control.url,
          FAULTLINE_CONTROL_TOKEN: CONTROL_TOKEN,
          FAULTLINE_COLLECTOR_COUNTERS_URL: metrics.url,
          FAULTLINE_PAYMENT_WORKER_URL: metrics.url,
          FAULTLINE_METRICS_TOKEN: 'm',
        },
      }),
  });
  t.after(() => stack.close());
  const { raw } = stack;
  const run = await openRun({ raw, runId, target: stack.target, seed: 3, rawPrefix: stack.rawPrefix });
  const startMs = Date.now();
  await stack.begin();
  const signal = new AbortController().signal;
  const sent = await sendTraffic({
    ...{ raw, runId, script: scenarioScript(scenario), scenario, seed: 3, rate: 20, durationS: 3, signal },
    load: stack.load({ runId, scenario, runner: 'node' }),
    folder: join(folder, 'client'),
  });
  assert.equal(sent.result.exitCode, 0, sent.result.log);
  spans = 107;
  const { endMs, drainedMs, collector } = await stack.drained({ runId, signal });
  await run.complete({
    ...{ window: { start_ms: startMs, end_ms: endMs }, drainedMs, traffic: sent.traffic },
    counters: lossCounters({ load: sent.result, collector }),
    versions: {},
  });
  const record = await readRun({ raw, runId });
  assert.deepEqual([record.state, record.target, record.raw.prefix], ['complete', 'aws', 'raw']);
  assert.equal(record.counters.collector_refused, 7, 'since the run began');
  const drained = await (await LoadObjects.ordered({ raw, runId })).get('drained');
  assert.equal(record.raw.drained_ms, drained?.drained_ms, 'by the clock inside the network');
  assert.equal(record.traffic?.points_key, 'runs/r-aws/client.ndjson.gz');
});

test('outputs of a stack that are not in the environment are named, with how to get them', () => {
  const { FAULTLINE_SUBNET: _, ...some } = OUTPUTS;
  assert.throws(() => awsAccess(some), {
    code: 'ENVIRONMENT_INCOMPLETE',
    message: /lacks FAULTLINE_RAW, FAULTLINE_SUBNET: .*pulumi stack output --stack aws --shell/,
  });
});
