import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveProgram } from '../../tools/programs/resolve.ts';
import { until } from '../embedded/testing.ts';
import { type Counters, readCounters } from './counters.ts';

/** A bucket at a port where nobody listens. */
const NOWHERE = `
  awss3:
    timeout: 0s
    s3uploader:
      region: us-east-1
      s3_bucket: raw
      endpoint: http://127.0.0.1:9
      disable_ssl: true
      s3_force_path_style: true`;

const LOSSES: { counter: 'refused' | 'enqueueFailed' | 'sendFailed'; by: string; settings: Settings }[] = [
  {
    counter: 'refused',
    by: 'a memory limit that is always passed',
    settings: {
      processors:
        'processors: { memory_limiter: { check_interval: 50ms, limit_mib: 2, spike_limit_mib: 1 } }',
      exporters: '  debug: {}',
      pipeline: '{ receivers: [otlp], processors: [memory_limiter], exporters: [debug] }',
    },
  },
  {
    counter: 'enqueueFailed',
    by: 'a queue of one that is full and does not block',
    settings: {
      exporters: `${NOWHERE}
      retry_max_attempts: 0
    sending_queue: { enabled: true, queue_size: 1, num_consumers: 1, block_on_overflow: false }`,
      pipeline: '{ receivers: [otlp], exporters: [awss3] }',
    },
  },
  {
    counter: 'sendFailed',
    by: 'a bucket that is not there, tried once',
    settings: {
      exporters: `${NOWHERE}
      retry_max_attempts: 1
    sending_queue: { enabled: false }`,
      pipeline: '{ receivers: [otlp], exporters: [awss3] }',
    },
  },
];

for (const { counter, by, settings } of LOSSES) {
  test(`${counter} moves by ${by}`, { timeout: 60_000 }, async (t) => {
    const collector = await startCollector(t, settings);
    if (!collector) return;
    const total = ({ [counter]: counts }: Counters) => counts.logs + counts.traces + counts.metrics;
    assert.equal(total(await readCounters(collector.counters)), 0);
    let sent = 0;
    const moved = await until(`${counter} moves`, async () => {
      await sendLine(collector.otlp);
      sent += 1;
      const counters = await readCounters(collector.counters);
      return total(counters) > 0 && counters;
    });
    assert.ok(moved[counter].logs <= sent, `${moved[counter].logs} of ${sent}`);
    assert.deepEqual([moved[counter].traces, moved[counter].metrics], [0, 0]);
  });
}

interface Settings {
  readonly processors?: string;
  /** What stands below `exporters:`. */
  readonly exporters: string;
  readonly pipeline: string;
}

/** A real collector; undefined, and the test is skipped, where there is none. */
async function startCollector(
  t: TestContext,
  settings: Settings,
): Promise<{ otlp: string; counters: string } | undefined> {
  const program = await resolveProgram('otelcol', { build: Boolean(process.env.CI) }).catch(
    (error: Error) => {
      if (process.env.CI) throw error;
      t.skip(error.message);
    },
  );
  if (!program) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'collector-'));
  const [otlp, counters] = await freePorts();
  const file = join(folder, 'otelcol.yaml');
  await writeFile(file, configuration({ ...settings, otlp, counters }));
  const child = spawn(program.path, ['--config', file], {
    stdio: 'ignore',
    env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
  const addresses = { otlp: `http://127.0.0.1:${otlp}`, counters: `http://127.0.0.1:${counters}` };
  await until('the collector answers', async () => {
    assert.equal(child.exitCode, null, 'the collector has ended');
    return readCounters(addresses.counters).catch(() => undefined);
  });
  return addresses;
}

const configuration = (options: Settings & { otlp: number; counters: number }) => `
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:${options.otlp}" } } }
${options.processors ?? ''}
exporters:
${options.exporters}
service:
  telemetry:
    logs: { level: fatal }
    metrics:
      level: normal
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: ${options.counters} } } } }]
  pipelines:
    logs: ${options.pipeline}
`;

/** Answered or not: what became of it is for the counters to say. */
async function sendLine(otlp: string): Promise<void> {
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'a line' } };
  const response = await fetch(`${otlp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  await response?.body?.cancel();
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()].map((server) => server.listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  await Promise.all(servers.map((server) => once(server, 'close')));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
