import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { ended, freePort, until } from '../../services/testing/process.ts';
import { ProgramError } from '../../tools/programs/errors.ts';
import { resolveProgram } from '../../tools/programs/resolve.ts';

/** Of one query; few, so that the queries of a metric with many series are split. */
const MAX_SAMPLES = 100;

/** An HTTP server on a port of its own, for as long as the test lasts. @returns its address */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

/** A service with metrics of all kinds, which change at every scrape. @returns its address, `127.0.0.1:port` */
async function startService(t: TestContext): Promise<string> {
  const registers = [new Registry()];
  const orders = new Counter({ name: 'orders_total', help: 'o', labelNames: ['route'], registers });
  const stock = new Gauge({ name: 'stock', help: 's', labelNames: ['item'], registers });
  const odd = new Gauge({ name: 'odd', help: 'o', labelNames: ['of'], registers });
  const latency = new Histogram({ name: 'latency_seconds', help: 'l', buckets: [0.1, 1], registers });
  const lag = new Summary({ name: 'lag', help: 'l', percentiles: [0.5], registers });
  let scrapes = 0;
  const listener: RequestListener = async (_request, response) => {
    scrapes += 1;
    orders.inc({ route: '/a "b" \\ ü\n' }, scrapes);
    for (let item = 0; item < 20; item++) stock.set({ item: String(item) }, item + scrapes / 7);
    odd.set({ of: 'nan' }, Number.NaN);
    odd.set({ of: 'inf' }, Number.POSITIVE_INFINITY);
    latency.observe(0.3 * (scrapes % 5));
    lag.observe(scrapes);
    const [registry] = registers as [Registry];
    response.setHeader('content-type', registry.contentType).end(await registry.metrics());
  };
  return new URL(await serve(t, listener)).host;
}

export interface World {
  /** Of the server. */
  readonly url: string;
  /** Times of the scrapes that are to be read, epoch ms; there was one before and one after. */
  readonly scrapes: readonly number[];
  /** Every sample of the service in that time, by `name{labels}` and time; asked of the server series by series. */
  readonly samples: ReadonlyMap<string, string>;
}

const COUNT = 10;

/** A real Prometheus that has scraped a real service; undefined, and the test is skipped, where there is no Prometheus. */
export async function startPrometheus(t: TestContext): Promise<World | undefined> {
  const program = await findPrometheus(t);
  if (!program) return undefined;
  const url = await launch({ t, program, target: await startService(t) });
  const seen = await scraped({ url, selector: 'orders_total', times: COUNT + 2 });
  const scrapes = seen.slice(1, COUNT + 1);
  return { url, scrapes, samples: await samplesOf({ url, scrapes, end: seen[COUNT + 1] as number }) };
}

/** Undefined where it is not to be had, and the test is skipped. */
export async function findPrometheus(t: TestContext): Promise<string | undefined> {
  const program = await resolveProgram('prometheus', { build: Boolean(process.env.CI) }).catch(
    (error: unknown) => {
      if (process.env.CI || !(error instanceof ProgramError)) throw error;
      return t.skip(error.message);
    },
  );
  return program?.path;
}

/** A Prometheus of the test's own that scrapes one target, `host:port`. @returns its address */
export async function launch({
  t,
  program,
  target,
  flags = [],
}: {
  t: TestContext;
  program: string;
  target: string;
  flags?: readonly string[];
}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 200ms, scrape_timeout: 200ms }
scrape_configs: [{ job_name: shop, static_configs: [{ targets: ['${target}'] }] }]`,
  );
  const child = spawn(
    program,
    [
      ...[
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        '--log.level=error',
      ],
      ...[`--web.listen-address=127.0.0.1:${port}`, `--query.max-samples=${MAX_SAMPLES}`, ...flags],
    ],
    { stdio: 'ignore' },
  );
  t.after(async () => {
    child.kill('SIGKILL');
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  });
  return `http://127.0.0.1:${port}`;
}

/** When a series was scraped, epoch ms, as soon as that is so often. */
export const scraped = (of: { url: string; selector: string; times: number }): Promise<number[]> =>
  until(
    `Prometheus has scraped ${of.selector}`,
    async () => {
      const { result } = (await ask(of.url, 'query', { query: `${of.selector}[15s]` })) as Matrix;
      const [series] = result;
      const times = (series?.values ?? series?.histograms ?? []).map(([at]) => Math.round(at * 1000));
      return times.length >= of.times && times;
    },
    60_000,
  );

interface Matrix {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values?: readonly (readonly [number, string])[];
    readonly histograms?: readonly (readonly [number, unknown])[];
  }[];
}

async function ask(url: string, path: string, parameters: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { data } = (await answer.json()) as { data: unknown };
  return data;
}

async function samplesOf(of: { url: string; scrapes: readonly number[]; end: number }) {
  const { url, scrapes, end } = of;
  const samples = new Map<string, string>();
  const series = (await ask(url, 'series', { 'match[]': '{job="shop"}' })) as Record<string, string>[];
  for (const labels of series) {
    const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const from = scrapes[0] as number;
    const query = `{${matchers}}[${end - from + 1}ms]`;
    const { result } = (await ask(url, 'query', { query, time: String(end / 1000) })) as Matrix;
    for (const { metric, values = [] } of result)
      for (const [at, value] of values) {
        const time = Math.round(at * 1000);
        if (time >= from && time < end) samples.set(`${seriesKey(metric)} ${time}`, value);
      }
  }
  return samples;
}

/** `name{labels}` with the labels in order. */
export const seriesKey = ({ __name__: name, ...labels }: Readonly<Record<string, string>>): string =>
  `${name}${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
