import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { convertPrometheus } from '../convert-prometheus.ts';
import { verifyDataset } from '../dataset/verify.ts';
import { parseRunId } from '../run/run-id.ts';
import { readRun } from '../run/runs.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { Prometheus } from './api.ts';
import { importSamples } from './import.ts';
import { seriesKey, serve, startPrometheus, type World } from './server.test-world.ts';

const runId = parseRunId('mine');
const begin = { runId, workers: 1, versions: {} };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'prometheus-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** From the first of the scrapes to behind the last. */
const timeOf = ({ scrapes }: World) => ({
  ...{ sinceMs: scrapes[0] as number, untilMs: (scrapes.at(-1) as number) + 1 },
});

/** What the dataset holds, as the server names it. */
async function rowsOf(datasets: ObjectStore): Promise<Map<string, number>> {
  const file = (await datasets.get('mine/ocsf_metrics.parquet')).slice().buffer;
  const rows = await parquetReadObjects({ file, compressors });
  return new Map(
    rows.map(({ metric_name, service, instance, labels, time, metric_value }) => {
      const metric = { ...JSON.parse(labels), __name__: metric_name, job: service, instance };
      return [`${seriesKey(metric)} ${time}`, metric_value as number];
    }),
  );
}

const isPlain = (value: string) => !/NaN|Inf/.test(value);

test('a Prometheus server that has scraped a service', async (t) => {
  const world = await startPrometheus(t);
  if (!world) return;

  await t.test('every sample of a Prometheus server is a row, with its value to the last bit', async (t) => {
    const [raw, datasets] = [
      openStore(join(await folder(t), 'raw')),
      openStore(join(await folder(t), 'out')),
    ];
    const told: number[] = [];
    const { record, report } = await convertPrometheus({
      ...{ ...begin, ...timeOf(world), raw, prometheus: new Prometheus({ url: `${world.url}/` }) },
      onImport: ({ done }) => told.push(done),
    });
    const manifest = await sealRun({ raw, datasets, record });
    const finite = [...world.samples].filter(([, value]) => isPlain(value));
    const odd = world.samples.size - finite.length;
    assert.ok(
      finite.length > 250 && odd === 2 * world.scrapes.length,
      `${finite.length} samples, ${odd} odd`,
    );
    assert.deepEqual(
      await rowsOf(datasets),
      new Map(finite.map(([key, value]) => [key, Number(value)]).sort() as [string, number][]),
    );
    assert.deepEqual(report.reasons, { not_finite: odd });
    assert.deepEqual(manifest.ledger.inputs.metrics, {
      ...{ read: world.samples.size, written: finite.length, duplicate: 0, rejected: odd, outside_window: 0 },
    });
    assert.equal(told.at(-1), 1);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );

    const types = new Map<unknown, unknown>();
    const file = (await datasets.get('mine/ocsf_metrics.parquet')).slice().buffer;
    for (const row of await parquetReadObjects({ file, compressors }))
      types.set(row.metric_name, row.metric_type);
    for (const [name, type] of [
      ['orders_total', 'counter'],
      ['stock', 'gauge'],
      ['latency_seconds_bucket', 'counter'],
      ['latency_seconds_sum', 'counter'],
      ['lag', 'gauge'],
      ['lag_count', 'counter'],
      ['up', 'gauge'],
    ] as const)
      assert.equal(types.get(name), type, name);

    const copy = await folder(t);
    for await (const { key } of datasets.list('mine/'))
      await datasets.download(key, join(copy, key.slice(5)));
    assert.deepEqual((await verifyDataset({ directory: copy })).findings, []);
  });

  await t.test(
    'a window holds its beginning and not its end; --match selects; slices of any length make the same rows',
    async (t) => {
      const prometheus = new Prometheus({ url: world.url });
      const [since, until] = [world.scrapes[2] as number, world.scrapes[7] as number];
      for (const match of ['{job="shop",__name__=~"stock|orders_total"}', 'stock{job="shop"}', 'stock']) {
        const wanted: [string, number][] = [...world.samples]
          .filter(([key]) => /^stock/.test(key) || (match.startsWith('{') && /^orders_total/.test(key)))
          .filter(([key]) => Number(key.split(' ').at(-1)) >= since && Number(key.split(' ').at(-1)) < until)
          .map(([key, value]) => [key, Number(value)]);
        assert.equal(wanted.length % 5, 0);
        // The second ends its slices exactly at scrapes, the third between them.
        for (const sliceMs of [300_000, (world.scrapes[4] as number) - since, 137]) {
          const [raw, datasets] = [openStore(join(await folder(t), 'raw')), new MemoryStore()];
          const { record } = await convertPrometheus({
            ...{ ...begin, raw, prometheus, match, sinceMs: since, untilMs: until, sliceMs },
          });
          assert.deepEqual(record.window, { start_ms: since, end_ms: until });
          await sealRun({ raw, datasets, record });
          assert.deepEqual(
            new Map([...(await rowsOf(datasets))].sort()),
            new Map([...wanted].sort()),
            `${match} ${sliceMs}`,
          );
        }
      }
    },
  );

  await t.test('the same samples make the same objects', async () => {
    const prometheus = new Prometheus({ url: world.url });
    const sums = await Promise.all(
      [1, 2].map(async () => {
        const into = new MemoryStore();
        const { objects } = await importSamples({
          ...timeOf(world),
          prometheus,
          match: '{job="shop"}',
          into,
        });
        const found: string[] = [];
        for await (const { key } of into.list(''))
          found.push(
            `${key} ${createHash('sha256')
              .update(await into.get(key))
              .digest('hex')}`,
          );
        assert.equal(found.length, objects);
        return found;
      }),
    );
    assert.deepEqual(sums[0], sums[1]);
  });

  await t.test('a server that asks for patience gets it, and one that asks for a token', async (t) => {
    let answers = 0;
    const url = await serve(t, async (request, response) => {
      if (request.headers.authorization !== 'Bearer secret') return void response.writeHead(401).end('no');
      if (++answers < 3) return void response.writeHead(503).end('{"status":"error","error":"starting"}');
      const answer = await fetch(`${world.url}${request.url?.replace('/behind', '')}`);
      response.writeHead(answer.status).end(await answer.text());
    });
    const read = (token?: string) => {
      const prometheus = new Prometheus({ url: `${url}/behind`, token });
      return importSamples({ ...timeOf(world), prometheus, match: 'up', into: new MemoryStore() });
    };
    assert.equal((await read('secret')).samples, world.scrapes.length);
    assert.equal(answers, 5, 'two that were refused, then names, types and samples');
    await assert.rejects(read('wrong'), {
      code: 'PROMETHEUS_DENIED',
      message: /401 to the token.*FAULTLINE_PROMETHEUS_TOKEN/,
    });
    await assert.rejects(read(), { code: 'PROMETHEUS_DENIED', message: /answered 401\. Put a bearer token/ });
  });

  await t.test('what is no good is said, and leaves neither run nor objects', async (t) => {
    const raw = openStore(join(await folder(t), 'raw'));
    const refusal = (options: { url?: string; match?: string; sinceMs?: number; untilMs?: number }) =>
      convertPrometheus({
        ...{ ...begin, ...timeOf(world), raw, ...options },
        prometheus: new Prometheus({ url: options.url ?? world.url }),
      });
    await assert.rejects(refusal({ match: '{job=~"("}' }), {
      ...{ code: 'PROMETHEUS_REFUSED', message: /answered 400: .*error parsing regexp/s },
    });
    await assert.rejects(refusal({ match: 'up or down' }), { code: 'INVALID_SELECTOR' });
    await assert.rejects(refusal({ match: '{job="none"}' }), {
      code: 'NO_SAMPLES',
      message: /of \{job="none"\} from 2/,
    });
    await assert.rejects(refusal({ sinceMs: 1e12, untilMs: 1e12 + 60_000 }), { code: 'NO_SAMPLES' });
    const target = await serve(t, (_, response) => response.end('orders_total 7\n'));
    await assert.rejects(refusal({ url: target }), {
      code: 'NOT_A_PROMETHEUS',
      message: /answered 200 and "orders_total 7/,
    });
    const page = await serve(t, (_, response) => void response.writeHead(404).end('<html>'));
    await assert.rejects(refusal({ url: page }), {
      code: 'NOT_A_PROMETHEUS',
      message: /answered 404 and "<html>"/,
    });
    const warns = await serve(t, (_, response) =>
      response.end('{"status":"success","warnings":["store a is away"],"data":["up"]}'),
    );
    await assert.rejects(refusal({ url: warns }), {
      code: 'PROMETHEUS_INCOMPLETE',
      message: /store a is away/,
    });
    await assert.rejects(readRun({ raw, runId }), { code: 'RUN_NOT_FOUND' });
    for await (const { key } of raw.list('')) assert.fail(key);
  });

  await t.test('a stop ends it, and leaves neither run nor objects', async (t) => {
    const raw = openStore(join(await folder(t), 'raw'));
    const [stop, reason] = [new AbortController(), new Error('enough')];
    const stopped = convertPrometheus({
      ...{ ...begin, ...timeOf(world), raw, sliceMs: 137, signal: stop.signal },
      prometheus: new Prometheus({ url: world.url, signal: stop.signal }),
      onImport: () => stop.abort(reason),
    });
    await assert.rejects(stopped, (error: Error) => error === reason || error.cause === reason);
    for await (const { key } of raw.list('')) assert.fail(key);
  });
});
