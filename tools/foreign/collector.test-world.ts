import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, type S3Server, startS3Server } from '../../converters/store/s3-server.test-world.ts';
import { type Counters, readCounters } from '../../infra/collector/counters.ts';
import { BASE_ENV } from '../../infra/embedded/programs/context.ts';
import { until } from '../../infra/embedded/testing.ts';
import { makeSecrets } from '../../infra/secrets.ts';
import type { Address, SignalCounts } from '../../infra/target.ts';
import { collector } from '../../infra/topology/collector.ts';
import { resolveProgram } from '../programs/resolve.ts';

const CONFIGURATION = fileURLToPath(new URL('../../infra/collector/otelcol.yaml', import.meta.url));

/** Laid over it: the stores that it reads are not here, and the postgresql receiver has samples of a server that is away, too. */
const NO_STORES = `receivers:
  postgresql: { initial_delay: 24h }
  redis/cache: { initial_delay: 24h }
  redis/queue: { initial_delay: 24h }
`;

/** The stack's collector, as it is configured there, and a bucket; nothing else of the stack. */
export interface AloneCollector {
  /** Where OTLP comes in over HTTP: `host:port`. */
  readonly otlp: string;
  /** What it has written, as options of `faultline convert`, and the variables that go with them. */
  readonly source: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };
  /** Resolves when so many records, and no more, were taken and are in the bucket. */
  holds(expected: SignalCounts): Promise<Counters>;
}

/** Undefined, and the test is skipped, where a program is missing; in CI it fails. */
export async function startCollector(
  t: TestContext,
  folder: string,
  {
    s3: given,
    rawPrefix = 'otlp',
  }: { s3?: Pick<S3Server, 'endpoint' | 'credentials'>; rawPrefix?: string } = {},
): Promise<AloneCollector | undefined> {
  const program = await resolveProgram('otelcol', { build: Boolean(process.env.CI) }).catch(
    (error: Error) => {
      if (process.env.CI) throw error;
      t.skip(error.message);
    },
  );
  if (!program) return undefined;
  const s3 = given ?? (await ownServer(t, folder));
  if (!s3) return undefined;
  const own = { otlp: await local(), health: await local(), counters: await local(), forward: NOBODY };
  const queue = join(folder, 'queue');
  await mkdir(queue);
  const noStores = join(folder, 'no-stores.yaml');
  await writeFile(noStores, NO_STORES);
  const secrets = {
    ...makeSecrets(),
    s3AccessKey: s3.credentials.accessKeyId,
    s3SecretKey: s3.credentials.secretAccessKey,
  };
  const env = collector.env({
    ...{ own, secrets, environment: 'foreign', version: '', rawPrefix, limits: collector.limits },
    address: (name) => (name === 's3' ? addressOf(s3.endpoint) : NOBODY),
  });
  const child = spawn(program.path, ['--config', CONFIGURATION, '--config', noStores], {
    env: { ...BASE_ENV, ...env, QUEUE_DIR: queue },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const running = () => {
    if (child.exitCode !== null) throw new Error(`the collector has ended: ${said}`);
  };
  // The counters are there before the receivers are.
  await until('the collector is ready', () => {
    running();
    return fetch(own.health.url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    otlp: `${own.otlp.host}:${own.otlp.port}`,
    source: {
      args: ['--from', `s3://raw/${rawPrefix}`, '--endpoint', s3.endpoint],
      env: {
        AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      },
    },
    async holds(expected) {
      let last: Counters | undefined;
      const same = ({ logs, traces, metrics }: SignalCounts) =>
        logs === expected.logs && traces === expected.traces && metrics === expected.metrics;
      const there = async () => {
        running();
        last = await readCounters(own.counters.url).catch(() => undefined);
        return last && same(last.accepted) && same(last.sent) && last;
      };
      return until('what was sent is in the bucket', there, { seconds: 30 }).catch((cause) => {
        throw new Error(
          `${JSON.stringify(expected)} were sent; the collector counts ${JSON.stringify(last)}`,
          {
            cause,
          },
        );
      });
    },
  };
}

async function ownServer(t: TestContext, folder: string): Promise<S3Server | undefined> {
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['raw'] });
  if (!server) return void t.skip('versitygw is not there: `npx faultline doctor` says how it is made');
  t.after(() => server.stop());
  return server;
}

const local = async (): Promise<Address> => addressOf(`http://127.0.0.1:${await freePort()}`);

const addressOf = (url: string): Address => ({
  host: new URL(url).hostname,
  port: Number(new URL(url).port),
  url,
});

/** The discard port. */
const NOBODY: Address = addressOf('http://127.0.0.1:9');
