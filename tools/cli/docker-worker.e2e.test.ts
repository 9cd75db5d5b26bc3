import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { madePartSet } from '../../converters/parts/made.ts';
import { partSetKey } from '../../converters/parts/part-set.ts';
import { rawKeys } from '../../converters/read/raw-keys.ts';
import { readRun } from '../../converters/run/runs.ts';
import { checksumsBelow } from '../../converters/store/contents.test-world.ts';
import { openStore } from '../../converters/store/open.ts';
import { assertConfined, inspectAll } from '../../infra/docker/testing/confinement.ts';
import { TestStack } from '../../infra/docker/testing/test-stack.ts';
import { until } from '../../infra/embedded/testing.ts';
import { topologyOf } from '../../infra/topology.ts';
import { makeFolder, start } from './testing/command.ts';

const LOAD = [
  'load',
  '01-steady',
  '--run-id',
  'demo',
  '--duration',
  '30s',
  '--seed',
  '7',
  '--runner',
  'node',
];

test('a worker beside the containers makes the parts while they run, and the dataset is that of convert', {
  timeout: 15 * 60_000,
}, async (t) => {
  const stack = await TestStack.make(t);
  if (stack === undefined) return;
  const folder = await makeFolder(t);
  await stack.pulumi('config', 'set', 'faultline:worker', 'true');
  await stack.pulumi('up', '--yes', '--skip-preview');
  await stack.pulumi('preview', '--expect-no-changes');
  const containers = await inspectAll(stack);
  assert.equal(containers.length, topologyOf('docker').length + 2, 'and one that has readied a volume');
  for (const container of containers) assertConfined(container, stack.prefix);

  const { stdout } = await stack.pulumi('stack', 'output', '--json', '--show-secrets');
  const env = JSON.parse(stdout) as Record<string, string>;
  const faultline = async (...args: string[]) => {
    const { code, stdout, stderr } = await start({ folder, env, args: [...args, '--json'] }).ended;
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  };
  await faultline(...LOAD);

  const endpoint = env.AWS_ENDPOINT_URL_S3;
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
  };
  const raw = openStore('s3://raw', { ...(endpoint && { endpoint }), credentials });
  const record = await readRun({ raw, runId: 'demo' });
  const keys: string[] = [];
  for await (const key of rawKeys({ raw, record })) keys.push(key);
  assert.ok(keys.length > 10, `${keys.length} objects`);
  const parts = async () => {
    const found = new Set<string>();
    for await (const { key } of raw.list('parts/demo/')) found.add(key);
    return found;
  };
  const wanted = keys.map((key) => partSetKey('demo', key));
  let missing = wanted;
  await until(
    'the worker has converted all',
    async () => {
      const there = await parts();
      missing = wanted.filter((key) => !there.has(key));
      return missing.length === 0;
    },
    { seconds: 30 },
  ).catch((cause) => {
    throw new Error(`${missing.length} of ${wanted.length} are missing: ${missing.slice(0, 5)}`, { cause });
  });
  let asMade = 0;
  for (const key of keys) if (await madePartSet({ raw, record, key })) asMade += 1;
  t.diagnostic(`${asMade} of ${keys.length} objects need no more than the worker has done`);

  const rest = await faultline('convert', 'demo', '--missing');
  assert.equal(rest.objects, keys.length);
  const copy = join(folder, 'copy');
  const [afresh, copied] = [openStore(copy), [] as string[]];
  for await (const { key } of raw.list('')) {
    if (key.startsWith('parts/') || key.startsWith('dead-letter/')) continue;
    await afresh.put(key, await raw.get(key));
    copied.push(key);
  }
  assert.ok(copied.length > keys.length);
  await faultline('seal', 'demo');
  await faultline('convert', 'demo', '--raw', copy);
  await faultline('seal', 'demo', '--raw', copy, '--datasets', join(folder, 'datasets'));
  const datasets = openStore('s3://datasets', { ...(endpoint && { endpoint }), credentials });
  const [one, other] = [
    await checksumsBelow(datasets, 'demo/'),
    await checksumsBelow(openStore(join(folder, 'datasets')), 'demo/'),
  ];
  assert.ok(one.has('demo/ocsf_traces.parquet'));
  assert.deepEqual(one, other);
});
