import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { havePrograms, isRunning, makeTarget } from './testing.ts';

test('two stacks run side by side, and ending one leaves the other', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const [one, two] = await Promise.all([makeTarget(t), makeTarget(t)]);
  await Promise.all([one.target.start(), two.target.start()]);
  const ports = [one, two].flatMap(({ target }) =>
    (['postgres', 'cache', 'queue', 's3', 'collector', 'web-api'] as const).map(
      (name) => target.address(name).port,
    ),
  );
  assert.equal(new Set(ports).size, 12);
  assert.notEqual(one.target.secrets().postgresPassword, two.target.secrets().postgresPassword);

  const gone = one.target.pid('web-api');
  await one.target.stop();
  assert.equal(await isRunning(Number(gone)), false);
  assert.equal((await fetch(`${two.target.address('web-api').url}/health`)).status, 200);
});

test('a state folder belongs to one stack at a time', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target, stateDir } = await makeTarget(t, { components: ['s3'] });
  await target.start();
  const second = await makeTarget(t, { components: ['s3'], stateDir });
  await assert.rejects(second.target.start(), { code: 'STATE_IN_USE' });
  assert.equal((await fetch(`${target.address('s3').url}/health`)).status, 200);
});

test('a given port that is in use is an error that names port and component', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const { target } = await makeTarget(t, { ports: { 'web-api': port } });
  await assert.rejects(target.start(), {
    code: 'PORT_BUSY',
    message: `port ${port} of web-api is in use by another program; stop it, or give web-api another port (0 picks a free one)`,
  });
});
