import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { openStore } from '../../converters/store/open.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { docker } from '../../infra/docker/engine.ts';
import { secretsOf } from '../../infra/docker/secrets-file.ts';
import { assertConfined, inspectAll } from '../../infra/docker/testing/confinement.ts';
import { PrometheusApi, untilSo } from '../../infra/docker/testing/prometheus-api.ts';
import { TextSearch } from '../../infra/docker/testing/secret-search.ts';
import { TestStack } from '../../infra/docker/testing/test-stack.ts';
import { topologyOf } from '../../infra/topology.ts';
import type { HeldStack } from './held-stack.ts';
import { type Ended, faultline, makeFolder, start } from './testing/command.ts';
import { type MadeDataset, makeDataset } from './testing/docker-dataset.ts';
import { statusOf } from './testing/doors.ts';
import { schemasOf } from './testing/parquet-schemas.ts';
import { judgeTroubles } from './testing/troubled-run.ts';

const CANARY = 'canary-5f0c1d-partner-token';
const TRAFFIC = ['--duration', '40s', '--seed', '7'];
const SERVICES = topologyOf('docker').flatMap(({ name, role }) => (role === 'service' ? [name] : []));
/** Those of the topology, and one that has readied a volume. */
const CONTAINERS = topologyOf('docker').length + 1;

// one stack for all of it, since a start is what costs
test('a stack of containers, from up to destroy', { timeout: 20 * 60_000 }, async (t) => {
  const stack = await TestStack.make(t);
  if (stack === undefined) return;
  const folder = await makeFolder(t);
  const embedded = faultline(folder, 'run', '--json', '--run-id', 'embedded', ...TRAFFIC);

  // a secret that somebody has laid over the environment of a service
  await stack.pulumi('config', 'set', '--secret', '--path', 'faultline:env["web-api"].PARTNER_TOKEN', CANARY);
  await timed(t, 'up from nothing', () => stack.pulumi('up', '--yes', '--skip-preview')).catch(
    async (error: unknown) => {
      await embedded; // its folder goes with the test
      throw error;
    },
  );

  await t.test('a preview shows no change', async (t) => {
    await timed(t, 'preview', () => stack.pulumi('preview', '--expect-no-changes'));
  });

  await t.test('every container is confined, and nothing of it is named after the project', async (t) => {
    const containers = await inspectAll(stack);
    assert.equal(containers.length, CONTAINERS);
    for (const container of containers) {
      assertConfined(container, stack.prefix);
      const { Name, Config, HostConfig, Mounts, NetworkSettings } = container;
      const named = [Name, Config, HostConfig, Mounts.map((mount) => mount.Name), NetworkSettings];
      assert.doesNotMatch(JSON.stringify(named), /faultline/i, Name);
    }
    const bytes = containers.reduce((sum, { HostConfig }) => sum + (HostConfig.Memory as number), 0);
    t.diagnostic(`memory limits of all containers: ${(bytes / 2 ** 30).toFixed(2)} GiB`);
    assert.ok(bytes <= 3 * 2 ** 30);
  });

  await t.test(
    'metrics and changes are for those who have the token, and call it by its own name',
    async () => {
      const { metricsToken, operatorToken } = secretsOf(stack.name);
      const at = (name: string, path: string) => `http://127.0.0.1:${stack.ports[name]}${path}`;
      for (const name of SERVICES) {
        const tokens = [undefined, operatorToken, metricsToken];
        const statuses = tokens.map((token) => statusOf({ url: at(name, '/metrics'), token }));
        assert.deepEqual(await Promise.all(statuses), [401, 401, 200], name);
      }
      const changes = { method: 'POST', url: at('operator', '/changes') } as const;
      assert.equal(await statusOf(changes), 401);
      assert.equal(await statusOf({ ...changes, token: metricsToken }), 401);
      assert.equal(await statusOf({ ...changes, token: operatorToken, host: 'example.org' }), 403);
      assert.equal(await statusOf({ ...changes, token: operatorToken }), 400, 'no change in it');
    },
  );

  await t.test('it makes a dataset: sound, conserved, with the schemas of an embedded one', async (t) => {
    const made = await makeDataset({ folder, stack, runId: 'clean', traffic: TRAFFIC });
    tell(t, made);
    assert.ok(made.code === 0 || (made.code === 99 && made.thresholds_crossed), `exit code ${made.code}`);
    const { quality, stack_memory } = made;
    assert.equal(quality.sound, true);
    const { sent, differences, ...sides } = quality.conservation;
    assert.ok(sent > 500, `sent ${sent}`);
    for (const side of [
      'answered',
      'access_lines',
      'server_spans',
      'rows_http_access',
      'rows_http_server',
    ] as const)
      assert.equal(sides[side], sent, side);
    assert.deepEqual(
      differences.filter(({ count }) => count > 0),
      [],
    );
    assert.ok(quality.lines.lines > sent);
    assert.deepEqual([quality.lines.missing, quality.lines.gaps], [0, []]);
    assert.ok(stack_memory.peakBytes < 3 * 2 ** 30);
    assert.equal((await inspectAll(stack)).length, CONTAINERS, 'a stack that was found is left up');
    const { code, stderr } = await embedded;
    assert.ok(code === 0 || code === 99, stderr);
    await assertSameSchemas(t, made.folder, join(folder, 'data/embedded'));
  });

  await t.test('control takes back what changes have left when it ends, and says so', async () => {
    const { child, ended } = start({
      folder,
      args: ['control', '--json', '--target', 'docker', '--stack', stack.name],
      env: stack.env,
    });
    try {
      const held = await heldIn({ folder, ended });
      const headers = {
        authorization: `Bearer ${held.control.token}`,
        'content-type': 'application/json',
      };
      const body = JSON.stringify({ kind: 'feature_flag', flag: 'pricing_v2', value: true, actor: 'ana' });
      const answer = await fetch(`${held.control.url}/changes`, { method: 'POST', headers, body });
      assert.equal(answer.status, 200);
    } finally {
      child.kill('SIGINT');
    }
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.deepEqual(last, { taken_back: ['feature_flag pricing_v2'] });
    assert.equal((await inspectAll(stack)).length, CONTAINERS, 'the stack is left up');
  });

  await t.test('Prometheus has the series, and ServiceDown fires while web-api is stopped', async (t) => {
    const prometheus = new PrometheusApi({ url: `http://127.0.0.1:${stack.ports.prometheus}` });
    const up = await prometheus.query('up{job="services"}', 'service');
    assert.deepEqual(up, Object.fromEntries(SERVICES.map((name) => [name, 1])));
    const served = await prometheus.query('service:http_requests:rate1m', 'service');
    assert.ok((served['web-api'] ?? 0) > 0, 'requests of the run before');
    for (const prefix of ['postgresql', 'redis']) {
      const names = await prometheus.query(`count by (__name__) ({__name__=~"${prefix}_.+"})`, '__name__');
      t.diagnostic(`${Object.keys(names).length} metrics ${prefix}_*`);
      assert.ok(Object.keys(names).length > 5, `metrics ${prefix}_*: ${Object.keys(names)}`);
    }
    assert.deepEqual(await prometheus.firing('ServiceDown'), []);
    await docker(['stop', `${stack.prefix}-web-api-1`]);
    const fires = async () => (await prometheus.firing('ServiceDown')).includes('web-api');
    t.diagnostic(`ServiceDown fires after ${await untilSo('ServiceDown fires', 90_000, fires)} ms`);
    assert.deepEqual(await prometheus.firing('ServiceDown'), ['web-api']);
    await docker(['start', `${stack.prefix}-web-api-1`]);
    const resolved = async () => (await prometheus.firing('ServiceDown')).length === 0;
    t.diagnostic(`resolved ${await untilSo('ServiceDown is resolved', 90_000, resolved)} ms after the start`);
  });

  await t.test('what befalls it loses no request but those of a kill, which are counted', async (t) => {
    await judgeTroubles({ t, stack, folder });
  });

  await t.test('no secret is in clear in state, images, container logs or raw objects', async (t) => {
    await assertNoSecrets({ t, stack });
  });

  await t.test('after all of that a preview shows no change', async () => {
    await stack.pulumi('preview', '--expect-no-changes');
  });

  await t.test('destroy does not wait for a collector that is dead, and leaves nothing', async (t) => {
    await docker(['kill', `${stack.prefix}-collector`]);
    const url = `http://127.0.0.1:${stack.ports['web-api']}/api/users/1`;
    for (let i = 0; i < 100; i += 1)
      assert.equal((await fetch(url)).status, 401, 'lines for the driver to keep');
    const ms = await timed(t, 'destroy', () => stack.pulumi('destroy', '--yes', '--skip-preview'));
    assert.ok(ms < 120_000);
    assert.deepEqual(await stack.leftovers(), []);
  });
});

const HELD_MS = 60_000;

/** What a command that holds a stack up writes of it, once it does. */
async function heldIn({ folder, ended }: { folder: string; ended: Promise<Ended> }): Promise<HeldStack> {
  let early: Ended | undefined;
  void ended.then((end) => {
    early = end;
  });
  let held: HeldStack | undefined;
  await untilSo('the stack is held', HELD_MS, async () => {
    if (early) throw new Error(`control ended with ${early.code}\n${early.stderr}`);
    const text = await readFile(join(folder, '.faultline/control.json'), 'utf8').catch(() => '');
    if (text.endsWith('\n')) held = JSON.parse(text) as HeldStack;
    return held !== undefined;
  });
  return held as HeldStack;
}

/** Of a class of which the embedded run had no event there is no file to compare with: it may be one at most. */
async function assertSameSchemas(t: TestContext, docker: string, embedded: string): Promise<void> {
  const [ours, theirs] = await Promise.all([schemasOf(docker), schemasOf(embedded)]);
  const common = Object.keys(ours).filter((file) => theirs[file] !== undefined);
  t.diagnostic(`schemas compared: ${common.length} files of ${Object.keys(ours).length}`);
  assert.ok(common.length >= 9 && common.length >= Object.keys(ours).length - 1, `compared: ${common}`);
  assert.deepEqual(
    common.filter((file) => !isDeepStrictEqual(ours[file], theirs[file])),
    [],
    'files with another schema',
  );
}

async function assertNoSecrets({ t, stack }: { t: TestContext; stack: TestStack }): Promise<void> {
  const secrets = { ...secretsOf(stack.name), canary: CANARY };
  // a text that is everywhere shows that the search finds
  const search = (more: Record<string, string> = {}) =>
    new TextSearch({ ...secrets, control: 'storefront', ...more });
  const exported = ['stack', 'export', '--stack', stack.name, '--cwd', process.cwd()];
  const shown = search();
  await shown.command('', 'pulumi', [...exported, '--show-secrets'], stack.env);
  const { controlToken: _, ...inStack } = secrets;
  assert.deepEqual(
    [...shown.hits].sort(),
    [...Object.keys(inStack), 'control'].map((name) => `: ${name}`).sort(),
  );

  const state = search();
  await state.command('export', 'pulumi', exported, stack.env);
  await state.folder('state', new URL(stack.env.PULUMI_BACKEND_URL ?? '').pathname);
  assert.deepEqual(
    [...state.hits].filter((hit) => !hit.endsWith(': control')),
    [],
  );
  assert.ok(state.hits.has('export: control'));

  const seen = search({ project: 'faultline' });
  const images = (await stack.leftovers()).filter((name) => name.includes(':'));
  assert.equal(images.length, 3);
  for (const image of images) await seen.command('images', 'docker', ['history', '--no-trunc', image]);
  await seen.command('images', 'docker', ['save', ...images]);
  const names = (await inspectAll(stack)).map(({ Name }) => Name.slice(1));
  for (const name of names) await seen.command('logs', 'docker', ['logs', name]);
  await seen.bucket('raw', rawOf(stack), 'raw/');
  t.diagnostic(`${(seen.bytes / 1e6).toFixed(0)} MB of images, logs and raw objects searched`);
  assert.deepEqual([...seen.hits].sort(), ['images: control', 'logs: control', 'raw: control']);
}

function rawOf({ name, ports }: TestStack): ObjectStore {
  const { s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey } = secretsOf(name);
  const endpoint = `http://127.0.0.1:${ports.s3}`;
  return openStore('s3://raw', { endpoint, credentials: { accessKeyId, secretAccessKey } });
}

function tell(t: TestContext, { quality, seconds, rows, code, stack_memory }: MadeDataset): void {
  const { sent, answered, access_lines, server_spans } = quality.conservation;
  const figures = { code, rows, sent, answered, access_lines, server_spans, lines: quality.lines };
  t.diagnostic(JSON.stringify({ ...figures, seconds, MiB: Math.round(stack_memory.peakBytes / 2 ** 20) }));
}

async function timed(t: TestContext, what: string, work: () => Promise<unknown>): Promise<number> {
  const since = Date.now();
  await work();
  t.diagnostic(`${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
  return Date.now() - since;
}
