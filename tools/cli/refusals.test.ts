import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultline, makeFolder, start } from './testing/command.ts';

const PROMETHEUS = ['--since', '2h', '--to', 'out', '--run-id', 'mine'];

/** What is given, and what must be said of it. Nothing is started for any of these. */
const REFUSED: [name: string, args: string[], code: number, text: RegExp][] = [
  ['a run id that is a path', ['run', '--run-id', '../x'], 2, /run id must match .*got "\.\.\/x"/],
  ['a run id in capitals', ['fetch', 'Demo'], 2, /run id must match/],
  ['an unknown option', ['run', '--sede', '7'], 2, /unknown option '--sede'[\s\S]*--seed/],
  ['an unknown command', ['fetsh', 'demo'], 2, /unknown command 'fetsh'[\s\S]*fetch/],
  ['a rate of zero', ['run', '--rate', '0'], 2, /requests a second above 0 .*got "0"/],
  ['a duration without unit', ['run', '--duration', '5'], 2, /90s, 3m or 1h30m.*got "5"/],
  ['a seed that is no number', ['run', '--seed', 'x'], 2, /whole number from 0 to 4294967295, got "x"/],
  ['a scenario that is not there', ['load', '99-none'], 2, /one of 01-steady.*got "99-none"/],
  ['a report of nothing', ['report', 'nothing'], 1, /neither .*nothing nor .*nothing is a folder/],
  [
    'a report of a folder that is no dataset',
    ['report', '.'],
    1,
    /must be a dataset, and has no manifest.json/,
  ],
  ['a load without a stack', ['load', '01-steady'], 1, /npx faultline control/],
  [
    'segments of traffic from here',
    ['load', '01-steady', '--segments', '2'],
    2,
    /--segments is for --target aws/,
  ],
  [
    'no segment',
    ['load', '01-steady', '--target', 'aws', '--segments', '0'],
    2,
    /whole number from 1 to 64, got "0"/,
  ],
  [
    'a load on AWS without the outputs of a stack',
    ['load', '01-steady', '--target', 'aws'],
    2,
    /lacks AWS_REGION, FAULTLINE_CLUSTER, .*pulumi stack output --stack aws --shell/,
  ],
  ['a dataset that is not there', ['fetch', 'nothing'], 1, /nothing/],
  ['a dataset to publish that is not there', ['publish', 'nothing', '--to', 'out'], 1, /nothing/],
  ['a dataset to publish to no place', ['publish', 'demo'], 2, /--to <url>/],
  ['a place of no known kind', ['publish', 'demo', '--to', 'ftp://there'], 2, /s3:\/\/bucket.*got "ftp:/],
  ['a run that is not there', ['convert', 'nothing'], 1, /nothing/],
  ['nothing to convert', ['convert'], 2, /a run id, or --from, --to and --run-id/],
  [
    'telemetry without a place for its dataset',
    ['convert', '--from', '.'],
    2,
    /--from needs --to and --run-id/,
  ],
  ['a place for no telemetry', ['convert', 'demo', '--to', 'out'], 2, /go with --from/],
  ['a time that is none', ['convert', '--since', 'noon'], 2, /2026-11-24T06:00:00Z.*got "noon"/],
  ['no workers', ['convert', 'demo', '--workers', '0'], 2, /whole number from 1 to 64, got "0"/],
  [
    'a folder without telemetry',
    ['convert', '--from', 'empty', '--to', 'out', '--run-id', 'mine'],
    1,
    /there is no object in .*empty/,
  ],
  [
    'two sources at once',
    ['convert', '--from', '.', '--from-prometheus', 'http://127.0.0.1:9', '--to', 'out', '--run-id', 'mine'],
    2,
    /are two sources: give one/,
  ],
  [
    'a Prometheus without a time',
    ['convert', '--from-prometheus', 'http://127.0.0.1:9', '--to', 'out', '--run-id', 'mine'],
    2,
    /--from-prometheus needs --since/,
  ],
  [
    'a Prometheus without a place for its dataset',
    ['convert', '--from-prometheus', 'http://127.0.0.1:9', '--since', '2h'],
    2,
    /--from-prometheus needs --to and --run-id/,
  ],
  [
    'series of no Prometheus',
    ['convert', '--from', '.', '--match', 'up', '--to', 'out', '--run-id', 'mine'],
    2,
    /--match goes with --from-prometheus/,
  ],
  [
    'a Prometheus with its password in its address',
    ['convert', '--from-prometheus', 'http://me:word@localhost', ...PROMETHEUS],
    2,
    /credentials never stand in a URL/,
  ],
  [
    'what is no selector',
    ['convert', '--from-prometheus', 'http://127.0.0.1:9', '--match', 'up or down', ...PROMETHEUS],
    2,
    /a series selector is written as \{job="api"\}.*got "up or down"/,
  ],
  [
    'a Prometheus that does not answer',
    ['convert', '--from-prometheus', 'http://127.0.0.1:65535', ...PROMETHEUS],
    1,
    /http:\/\/127\.0\.0\.1:65535 must answer[\s\S]*ECONNREFUSED/,
  ],
  [
    'what is missing of no run',
    ['convert', '--from', '.', '--missing'],
    2,
    /--missing is for a run that was made here/,
  ],
  ['a worker’s token that can be guessed', ['worker', '--token', 'abc'], 2, /a token is 16 to 200 letters/],
  [
    'a worker that lists all the time',
    ['worker', '--list', '0'],
    2,
    /listings are a whole number from 1 to 99999, got "0"/,
  ],
  [
    'a worker without a queue',
    ['worker', '--queue', '0'],
    2,
    /queue are a whole number from 1 to 999999, got "0"/,
  ],
  ['a webhook that is no URL', ['run', '--event-webhook-url', 'here'], 2, /a webhook is http:\/\/host/],
  [
    'a webhook of a stack of containers',
    ['run', '--target', 'docker', '--event-webhook-url', 'http://127.0.0.1:1/events'],
    2,
    /--event-webhook-url is for --target embedded/,
  ],
  ['rejects of a run that is not there', ['rejects', 'nothing'], 1, /nothing/],
  ['rejects of no run tried again', ['rejects', 'nothing', '--retry'], 1, /nothing/],
  ['an unknown partition', ['seal', 'demo', '--partition', 'week'], 2, /Allowed choices are eventDay/],
  ['a partition of parts', ['convert', 'demo', '--partition', 'eventDay'], 2, /--partition go with --from/],
  [
    'a dataset folder that is not there',
    ['verify', 'nothing'],
    1,
    /neither .*nothing nor .*data.nothing is a folder/,
  ],
  ['a folder that is no dataset', ['verify', '.'], 1, /manifest\.json/],
  [
    'an S3 endpoint where nobody answers',
    ['fetch', 'demo', '--datasets', 's3://datasets', '--endpoint', 'http://127.0.0.1:9'],
    1,
    /127\.0\.0\.1:9/,
  ],
];

for (const [name, args, code, text] of REFUSED) {
  test(`${name} is refused with what to do`, async (t) => {
    const folder = await makeFolder(t);
    const env = { AWS_ACCESS_KEY_ID: 'someone', AWS_SECRET_ACCESS_KEY: 'something' };
    const ended = await start({ folder, args, env }).ended;
    assert.match(ended.stderr + ended.stdout, text);
    assert.equal(ended.code, code);
    assert.doesNotMatch(ended.stderr, /\n {4}at /, 'no stack trace');
  });
}

test('every command has help, and names its options', async (t) => {
  const folder = await makeFolder(t);
  for (const name of [
    'run',
    'control',
    'load',
    'convert',
    'worker',
    'rejects',
    'seal',
    'ls',
    'fetch',
    'verify',
    'plan',
    'doctor',
  ]) {
    const { code, stdout } = await faultline(folder, name, '--help');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Usage: faultline ${name}`));
    assert.match(stdout, /--json/);
  }
});

test('a check that finds something is shown as a failed step, and counts in words', async (t) => {
  const { code, stdout, stderr } = await faultline(await makeFolder(t), 'verify', '.');
  assert.equal(code, 1);
  assert.match(stderr, /✖ Verifying/);
  assert.doesNotMatch(stderr, /✔/);
  assert.match(stdout, /✖ manifest {3}1 problem\n {4}manifest\.json: .*\n(– .*\n){5}1 problem\n$/);
});

test('an error is a JSON document on stderr with --json', async (t) => {
  const { code, stderr } = await faultline(await makeFolder(t), 'fetch', 'nothing', '--json');
  assert.equal(code, 1);
  const last = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
  assert.equal(last.error.code, 'DATASET_NOT_FOUND');
});

test('a port that is given by hand and in use is named, with whose it was to be', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { code, stderr } = await faultline(await makeFolder(t), 'control', '--web-api-port', String(port));
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`port ${port} of web-api is in use`));
});

test('without Go and with nothing on PATH the message says what to install', async (t) => {
  const folder = await makeFolder(t);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  const env = { PATH: join(folder, 'bin'), FAULTLINE_CACHE: join(folder, 'cache') };
  const { code, stderr } = await start({ folder, args: ['run', '--duration', '5s'], env }).ended;
  assert.equal(code, 1);
  assert.match(stderr, /otelcol .*neither on PATH[\s\S]*Install one of:/);
});

test('who stops reading the output gets no error of it', async (t) => {
  const { child, ended } = start({ folder: await makeFolder(t), args: ['--help'] });
  child.stdout?.destroy();
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, '']);
});
