import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../../converters/store/open.ts';
import { stackEnv } from '../../../loadtests/campaign/load-here.ts';
import { carryOut } from '../../../loadtests/segments/carry-out.ts';
import { drain } from '../../../loadtests/segments/drain.ts';
import { httpAddress, portOf } from '../../container/surroundings.ts';
import { InfraError } from '../../errors.ts';
import { hostName } from '../runtime/names.ts';

/**
 * One part of a load, as a task in the stack's network: a segment of the traffic, or (`drain`) who waits until all of it is in
 * the raw bucket. The script is run by k6 where the image has it, else by the bundled runner.
 *
 * Environment: FAULTLINE_RUN_ID and FAULTLINE_PART by the one that starts the task; FAULTLINE_RAW, FAULTLINE_WEB_API_URL,
 * FAULTLINE_CONTROL_URL, FAULTLINE_CONTROL_TOKEN, FAULTLINE_COLLECTOR_COUNTERS_URL and FAULTLINE_METRICS_TOKEN by the stack;
 * FAULTLINE_PAYMENT_WORKER_URL, or STOREFRONT_PREFIX for its private name.
 */
async function main(env: NodeJS.ProcessEnv): Promise<number> {
  const get = (name: string): string => {
    const value = env[name];
    if (!value) throw new InfraError('SETTING_INVALID', [`${name} must be set`, value ?? '']);
    return value;
  };
  const stop = new AbortController();
  // ECS says so with SIGTERM, and kills after the definition's `stopTimeout`
  for (const signal of ['SIGTERM', 'SIGINT']) once(process, signal).then(() => stop.abort());
  const [runId, part] = [get('FAULTLINE_RUN_ID'), get('FAULTLINE_PART')];
  const common = {
    ...{ raw: openStore(get('FAULTLINE_RAW')), runId, signal: stop.signal },
    collectorCountersUrl: get('FAULTLINE_COLLECTOR_COUNTERS_URL'),
  };
  const control = { url: get('FAULTLINE_CONTROL_URL'), token: get('FAULTLINE_CONTROL_TOKEN') };
  if (part === 'drain') {
    await drain({
      ...common,
      paymentWorkerUrl: env.FAULTLINE_PAYMENT_WORKER_URL ?? paymentWorkerAt(get('STOREFRONT_PREFIX')),
      metricsToken: get('FAULTLINE_METRICS_TOKEN'),
      versions: () => versionsOf(control),
    });
    return 0;
  }
  if (!/^[1-9]\d{0,3}$/.test(part))
    throw new InfraError('SETTING_INVALID', ['FAULTLINE_PART must be drain, or a segment from 1', part]);
  const stack = {
    webApiUrl: get('FAULTLINE_WEB_API_URL'),
    controlUrl: control.url,
    controlToken: control.token,
  };
  return carryOut({
    ...common,
    segment: Number(part),
    scriptOf: (scenario) =>
      fileURLToPath(new URL(`../../../loadtests/scenarios/${scenario}.ts`, import.meta.url)),
    // the stack's own load balancer, whose name is AWS's
    env: { ...stackEnv(stack), FAULTLINE_ALLOW_REMOTE: '1' },
    folder: join(tmpdir(), 'client', runId),
  });
}

const paymentWorkerAt = (prefix: string): string =>
  httpAddress(hostName(prefix, 'payment-worker'), portOf('payment-worker')).url;

async function versionsOf({ url, token }: { url: string; token: string }): Promise<Record<string, string>> {
  const response = await fetch(`${url}/stack`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  const { versions } = (await response.json()) as { versions?: Record<string, string> };
  return versions ?? {};
}

main(process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
