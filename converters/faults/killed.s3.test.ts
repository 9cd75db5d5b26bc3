import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolder } from '../../tools/cli/testing/command.ts';
import { seeded } from '../bench/telemetry.ts';
import { openStore } from '../store/open.ts';
import { startS3Server } from '../store/s3-server.test-world.ts';
import {
  COMMANDS,
  type CommandName,
  command,
  made,
  type Place,
  putRun,
  removeMade,
  seenByReaders,
  toTheEnd,
} from './killed.test-world.ts';
import { numberOf } from './number.test-world.ts';
import { MOMENTS, type Moment, type S3Proxy, startS3Proxy } from './s3-proxy.test-world.ts';

const SEED = 20261127;
const POINTS = numberOf('FAULTLINE_KILLS', 5);

interface World {
  /** By way of the proxy for the command line, past it for us. */
  readonly place: Place;
  readonly proxy: S3Proxy;
  onMoment: (n: number, moment: Moment, name: string) => void;
}

async function makeWorld(t: TestContext): Promise<World | undefined> {
  const folder = await makeFolder(t);
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['raw', 'datasets'] });
  if (!server) return void t.skip('versitygw is not installed');
  t.after(() => server.stop());
  let world: World | undefined;
  const proxy = await startS3Proxy({
    to: server.endpoint,
    onMoment: (...of) => world?.onMoment(...of),
  });
  t.after(() => proxy.close());
  const { accessKeyId, secretAccessKey } = server.credentials;
  const place: Place = {
    ...{ folder, raw: openStore('s3://raw', server), datasets: openStore('s3://datasets', server) },
    url: { raw: 's3://raw', datasets: 's3://datasets' },
    options: ['--endpoint', proxy.endpoint],
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  };
  world = { place, proxy, onMoment: () => undefined };
  return world;
}

/** How many requests a whole command makes. */
async function requestsOf({ place, proxy }: World, name: CommandName): Promise<number> {
  const before = proxy.requests();
  const { code, stderr } = await command({ place, name }).ended;
  assert.equal(code, 0, stderr);
  return proxy.requests() - before;
}

/** Kills it at a moment of the first request that is meant. @returns false where that did not come */
async function kill(
  of: World,
  name: CommandName,
  workers: number,
  isMeant: (n: number, request: string) => boolean,
  at: Moment,
): Promise<boolean> {
  const before = of.proxy.requests();
  let child: ChildProcess | undefined;
  of.onMoment = (n, moment, request) => {
    if (isMeant(n - before, request) && moment === at) child?.kill('SIGKILL');
  };
  const started = command({ place: of.place, name, workers });
  child = started.child;
  await started.ended;
  of.onMoment = () => undefined;
  return child.signalCode === 'SIGKILL';
}

const isManifestPut = (_: number, request: string): boolean => /^PUT \S+\/manifest\.json\b/.test(request);

test(`kill -9 at ${POINTS} seeded requests of converting and sealing over S3: no reader sees a part, and what follows makes the same files`, async (t) => {
  const of = await makeWorld(t);
  if (!of) return;
  const { place } = of;
  await putRun(place);
  const requests = { convert: 0, seal: 0 };
  for (const name of COMMANDS) requests[name] = await requestsOf(of, name);
  const whole = await made(place);
  assert.ok(whole.size > 20);

  const random = seeded(SEED);
  const below = (n: number) => Math.floor(random() * n);
  const seen = { convert: 0, seal: 0, sealed: 0, without: 0 };
  const allAsMade = async (where: string) => {
    for (const each of COMMANDS) await toTheEnd[each](place);
    assert.deepEqual(await made(place), whole, `killed in ${where}`);
  };
  // The first: the manifest is there, and who put it never learns of it.
  await removeMade(place);
  await toTheEnd.convert(place);
  assert.ok(await kill(of, 'seal', 1, isManifestPut, 'carried out'));
  assert.ok(await seenByReaders(place, whole));
  await allAsMade('seal when the manifest was put');
  seen.seal++;
  seen.sealed++;
  const moments: Record<Moment, number> = { asked: 0, halfway: 0, 'carried out': 1 };
  for (let attempt = 0; seen.convert + seen.seal < POINTS; attempt++) {
    assert.ok(attempt < 3 * POINTS + 10, `the moment never came: ${JSON.stringify(seen)}`);
    const [point, workers] = [below(requests.convert + requests.seal), 1 + below(2)];
    const moment = MOMENTS[below(MOMENTS.length)] as Moment;
    const name = point < requests.convert ? 'convert' : 'seal';
    const n = 1 + (name === 'seal' ? point - requests.convert : point);
    await removeMade(place);
    if (name === 'seal') await toTheEnd.convert(place);
    if (!(await kill(of, name, workers, (request) => request === n, moment))) {
      seen.without++; // of a request without a body there is no half
      continue;
    }
    seen[name]++;
    moments[moment]++;
    if (await seenByReaders(place, whole)) seen.sealed++;
    await allAsMade(`${name} at request ${n}, ${moment}`);
  }
  t.diagnostic(
    `seed ${SEED}: ${POINTS} kills, ${seen.convert} in convert and ${seen.seal} in seal, ` +
      `${seen.sealed} of these when the dataset was there; moments of the request: ${JSON.stringify(moments)}`,
  );
});
