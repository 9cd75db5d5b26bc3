import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SMALL_SERVICES } from '../embedded/testing.ts';
import { keepsTheContract } from '../target.contract.ts';
import { CONTEXT_ROOT } from './context-hash.ts';
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
  const target = new DockerTarget(options);

  const settings = () => readFile(join(CONTEXT_ROOT, `Pulumi.${stack.name}.yaml`), 'utf8');
  let before = '';
  const beforeChanges = async () => {
    before = await settings();
  };

  const afterChanges = async (t: TestContext) => {
    await t.test('what was taken back has left no trace in the configuration', async () => {
      assert.equal(await settings(), before);
      await stack.pulumi('preview', '--expect-no-changes');
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
});

/** @returns the name of an image with the small services; it goes after the test */
async function smallServices(t: TestContext): Promise<string> {
  const name = `small-services:test-${process.pid}`;
  const { node } = readSettings(() => undefined).images;
  t.after(() => docker(['image', 'rm', name]));
  await docker(['build', '--quiet', '--build-arg', `NODE_IMAGE=${node}`, '--tag', name, SMALL_SERVICES.dist]);
  return name;
}
