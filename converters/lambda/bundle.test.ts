import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { type Bundle, bundle as bundleOf } from '../bundle.ts';
import { convertRun } from '../convert.ts';
import { logRequest, ourLine } from '../map/otlp.test-world.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import { type S3Server, startS3Server } from '../store/s3-server.test-world.ts';
import { s3Event, sqsEvent } from './events.test-world.ts';
import { LambdaEnvironment } from './runtime-api.test-world.ts';

const REQUESTS = 60;
const record = benchRecord(REQUESTS);
/** An access line of which no valid OCSF event can be made. */
const INVALID = ourLine({ line: 1, time: record.window.start_ms, event: 'http.access' });
const objects = [
  ...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 30 }),
  { key: 'raw/2026/11/24/06/00/logs_invalid.json', bytes: Buffer.from(JSON.stringify(logRequest(INVALID))) },
];

/** The bundle of the Lambda function in a folder below the system's temporary one, where no node_modules is in reach. */
describe('the bundle of the Lambda function', { timeout: 120_000 }, () => {
  let folder = '';
  let bundle: Bundle;
  let server: S3Server | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lambda-test-'));
    bundle = await bundleOf('lambda', { outdir: join(folder, 'function') });
    server = await startS3Server({ root: join(folder, 's3'), buckets: ['raw'] });
  });
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What AWS sets, with a server of ours. */
  const env = ({ endpoint, credentials }: S3Server) => ({
    FAULTLINE_RAW: 's3://raw',
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });

  test('holds what production needs, and nothing that only tests or builds use', async () => {
    const zstd = bundle.inputs.some((input) => input.includes('zstd-wasm'));
    const files = ['generated/ocsf-1.8.0.json', 'index.mjs', ...(zstd ? ['zstd.wasm'] : [])];
    assert.deepEqual(bundle.files, files);
    const lock = JSON.parse(
      await readFile(fileURLToPath(new URL('../../package-lock.json', import.meta.url)), 'utf8'),
    ) as { packages: Record<string, { dev?: boolean }> };
    const packages = new Set(
      bundle.inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
    );
    assert.ok(packages.has('node_modules/pbf'), [...packages].join(' '));
    assert.deepEqual(
      [...packages].filter((name) => lock.packages[name]?.dev !== undefined || !lock.packages[name]),
      [],
    );
    const own = bundle.inputs.filter((input) => !input.includes('node_modules/'));
    assert.deepEqual(
      own.filter(
        (input) => !/^converters\/(lambda|notification|parts|read|map|ocsf|run|store)\//.test(input),
      ),
      ['converters/errors.ts', 'converters/hex.ts', 'converters/lanes.ts', 'converters/zstd.ts'],
    );
    assert.deepEqual(
      own.filter((input) => /test|bench|bundle/.test(input)),
      [],
    );
  });

  test('converts alone, with nothing but Node and an S3 server around it', async (t) => {
    if (!server) return t.skip('no versitygw');
    const raw = openStore('s3://raw', server);
    for (const { key, bytes } of objects) await raw.put(key, bytes);
    await raw.put(recordKey('bench'), encodeRecord({ raw, record }));
    const environment = await LambdaEnvironment.start({ folder: bundle.outdir, env: env(server) });
    t.after(() => environment.stop());
    await environment.ready();
    const event = sqsEvent([...objects.map(({ key }) => s3Event([key])), 'no event']);
    assert.deepEqual(await environment.invoke(event), {
      batchItemFailures: [{ itemIdentifier: `message-${objects.length}` }],
    });
    const logged = JSON.parse(environment.output.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.equal(logged.converted, objects.length);
    assert.equal(logged.unreadable, 1);

    const here = new MemoryStore();
    for (const { key, bytes } of objects) await here.put(key, bytes);
    await convertRun({ raw: here, record });
    const compared: string[] = [];
    for (const prefix of ['parts/', 'dead-letter/'])
      for await (const { key } of here.list(prefix)) {
        assert.deepEqual(Buffer.from(await raw.get(key)), Buffer.from(await here.get(key)), key);
        compared.push(key);
      }
    assert.equal(compared.length, 2 * objects.length, 'the invalid one has a dead letter instead of rows');
    assert.match(compared.at(-1) ?? '', /^dead-letter/);
  });

  test('fails an invocation of S3 itself when the store is away, and works on after it', async (t) => {
    if (!server) return t.skip('no versitygw');
    const [one] = objects;
    const environment = await LambdaEnvironment.start({
      folder: bundle.outdir,
      env: { ...env(server), AWS_SECRET_ACCESS_KEY: 'not-the-secret' },
    });
    t.after(() => environment.stop());
    const event = s3Event([one?.key ?? '']);
    for (let i = 0; i < 2; i++) await assert.rejects(environment.invoke(event), /NOT_CONVERTED/);
    assert.match(environment.output, /"code":"STORE_DENIED"/);
    assert.doesNotMatch(environment.output, /not-the-secret/);
  });

  test('is not started without the name of its bucket, and says which variable has it', async (t) => {
    const environment = await LambdaEnvironment.start({ folder: bundle.outdir });
    t.after(() => environment.stop());
    await assert.rejects(environment.ready(), /FAULTLINE_RAW of the function/);
  });
});
