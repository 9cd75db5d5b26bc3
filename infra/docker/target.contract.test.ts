import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CONTEXT_ROOT } from '../container/context-hash.ts';
import { SMALL_SERVICES } from '../embedded/testing.ts';
import { keepsTheContract } from '../target.contract.ts';
import { docker } from './engine.ts';
import { readSettings } from './settings.ts';
import { DockerTarget } from './target.ts';
import { TestStack } from './testing/test-stack.ts';

test('a docker target keeps the contract of all targets', { timeout: 10 * 60_000 }, async (t) => {
  const stack = await TestStack.make(t);
  if (stack === undefined) return;
  const servicesImage = await smallServices(t);
  await stack.pulumi('config', 'set', 'faultline:servicesImage', servicesImage);
  const options = { stack: stack.name, env: stack.env };
  const target = new DockerTarget({ ...options, serviceEnv: { 'web-api': { EXTRA_OWN: 'own' } } });

  const settings = () => readFile(join(CONTEXT_ROOT, `Pulumi.${stack.name}.yaml`), 'utf8');
  const atFirst = await settings();
  /** A variable of web-api, as its process has it. */
  const extra = async (name: string) => {
    const answer = await fetch(`${target.address('web-api').url}/env`);
    return ((await answer.json()) as Record<string, string>)[name];
  };
  let before = '';
  const beforeChanges = async () => {
    before = await settings();
  };

  const afterChanges = async (t: TestContext) => {
    await t.test('what was taken back has left no trace in the configuration', async () => {
      assert.equal(await settings(), before);
      await stack.pulumi('preview', '--expect-no-changes');
    });

    await t.test('what a user of the stack sets for its own use goes with it', async () => {
      assert.equal(await extra('EXTRA_OWN'), 'own');
      const serviceEnv = { 'web-api': { EXTRA_OWN: 'other', EXTRA: '1' } };
      const second = new DockerTarget({ ...options, serviceEnv });
      await second.start();
      assert.deepEqual([await extra('EXTRA_OWN'), await extra('EXTRA')], ['other', '1']);
      await second.stop();
      assert.deepEqual([await extra('EXTRA_OWN'), await extra('EXTRA')], ['own', undefined]);
      assert.equal(await settings(), before);
    });

    await t.test('a stack that is up is used as it is, and left up', async () => {
      const containers = await stack.onEngine();
      const second = new DockerTarget(options);
      await second.start();
      assert.equal(second.found, true);
      assert.equal(second.address('web-api').url, target.address('web-api').url);
      await second.stop();
      assert.deepEqual(await stack.onEngine(), containers);
      assert.equal((await fetch(target.address('web-api').url)).status, 200);
    });
  };

  try {
    await keepsTheContract(t, { target, beforeChanges, afterChanges, leftovers: () => stack.leftovers() });
  } finally {
    await target.stop();
  }
  assert.equal(await settings(), atFirst, 'nothing of it is in the configuration');
});

/** @returns the name of an image with the small services; it goes after the test */
async function smallServices(t: TestContext): Promise<string> {
  const name = `small-services:test-${process.pid}`;
  const { node } = readSettings(() => undefined).images;
  t.after(() => docker(['image', 'rm', name]));
  await docker(['build', '--quiet', '--build-arg', `NODE_IMAGE=${node}`, '--tag', name, SMALL_SERVICES.dist]);
  return name;
}
