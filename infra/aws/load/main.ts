import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../../converters/store/open.ts';
import { stackEnv } from '../../../loadtests/campaign/load-here.ts';
import { carryOut } from '../../../loadtests/segments/carry-out.ts';
import { drain } from '../../../loadtests/segments/drain.ts';
import { LoadObjects } from '../../../loadtests/segments/objects.ts';
import { httpAddress, portOf } from '../../container/surroundings.ts';
import { InfraError } from '../../errors.ts';
import { hostName } from '../runtime/names.ts';

const ANSWER_MS = 280_000;
/** A task of control that is replaced is there again by then. */
const AWAY_MS = 120_000;
const AGAIN_MS = 2_000;

/**
 * One part of a load, as a task in the stack's network: a segment of the traffic, or (`drain`) who waits until all of it is in
 * the raw bucket, or (`revert`) who has all taken back that a load which failed has changed. The script is run by k6 where the
 * image has it, else by the bundled runner.
 *
 * Environment: FAULTLINE_RUN_ID, FAULTLINE_LOAD and FAULTLINE_PART by the one that starts the task; FAULTLINE_RAW, FAULTLINE_WEB_API_URL,
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
  const raw = openStore(get('FAULTLINE_RAW'));
  const objects = new LoadObjects({ raw, runId, load: get('FAULTLINE_LOAD') });
  const common = {
    ...{ objects, signal: stop.signal },
    collectorCountersUrl: get('FAULTLINE_COLLECTOR_COUNTERS_URL'),
  };
  const control = {
    url: get('FAULTLINE_CONTROL_URL'),
    token: get('FAULTLINE_CONTROL_TOKEN'),
    signal: stop.signal,
  };
  if (part === 'drain') {
    await drain({
      ...common,
      paymentWorkerUrl: env.FAULTLINE_PAYMENT_WORKER_URL ?? paymentWorkerAt(get('STOREFRONT_PREFIX')),
      metricsToken: get('FAULTLINE_METRICS_TOKEN'),
      versions: () => versionsOf(control),
    });
    return 0;
  }
  if (part === 'revert') {
    await objects.put('reverted', (await askControl(control, 'POST', '/changes/revert')) as object);
    return 0;
  }
  if (!/^[1-9]\d{0,3}$/.test(part))
    throw new InfraError('SETTING_INVALID', [
      'FAULTLINE_PART must be drain, revert, or a segment from 1',
      part,
    ]);
  const stack = {
    webApiUrl: get('FAULTLINE_WEB_API_URL'),
    controlUrl: control.url,
    controlToken: control.token,
  };
  return carryOut({
    ...{ ...common, raw, runId },
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

async function versionsOf(control: Control): Promise<Record<string, string>> {
  const { versions = {} } = (await askControl(control, 'GET', '/stack')) as {
    versions?: Record<string, string>;
  };
  return versions;
}

interface Control {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** The control API's answer; asked again for a while where it is away: its task may be replaced. */
async function askControl(control: Control, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const { url, token, signal } = control;
  const deadline = Date.now() + AWAY_MS;
  for (;;) {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{}' }),
        // all changes may be to be taken back, one after the other
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      if (!response.ok)
        throw new InfraError('REQUEST_REFUSED', [
          `${method} ${url}${path} must be answered by 200, got ${response.status} ${text}`,
        ]);
      return JSON.parse(text);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(AGAIN_MS, undefined, { signal });
    }
  }
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
