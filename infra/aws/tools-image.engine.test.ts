import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { tryDocker } from '../docker/testing/images/docker.ts';
import { needsDocker } from '../docker/testing/needs.ts';
import { IMAGES } from '../topology/component.ts';
import { stackFolder, toolsContext } from './tools-context.ts';

const STACK = `test-tools-image-${process.pid}`;
const IMAGE = `storefront-tools:${STACK}`;
after(() => rmSync(stackFolder(STACK), { recursive: true, force: true }));

/** As the task runs it: another user than root, nothing to write to but the volume, no capabilities. */
const run = (...command: string[]) =>
  tryDocker([
    ...['run', '--rm', '--read-only', '--user', '1000:1000', '--cap-drop', 'ALL', '--network', 'none'],
    ...['--security-opt', 'no-new-privileges', '--env', 'NODE_EXTRA_CA_CERTS=', IMAGE, ...command],
  ]);

test('the image of the commands is built, and each of them starts in it and says what it lacks', async (t) => {
  if (!(await needsDocker(t))) return;
  const { folder } = toolsContext({ stack: STACK, salt: '' });
  const args = [`NODE_IMAGE=${IMAGES.node}`, `K6_IMAGE=${IMAGES.node}`].flatMap((arg) => [
    '--build-arg',
    arg,
  ]);
  const built = await tryDocker(['build', '--quiet', ...args, '--tag', IMAGE, folder]);
  t.after(() => tryDocker(['rmi', '--force', IMAGE]));
  assert.equal(built.code, 0, built.stderr);

  const seal = await run('node', 'tools/cli/bin.js', 'seal', '--help');
  assert.match(seal.stdout, /^Usage: faultline seal /);
  for (const [command, lacks] of [
    ['control', 'STOREFRONT_PREFIX'],
    ['load', 'FAULTLINE_RUN_ID'],
  ] as const) {
    const { code, stderr } = await run('node', '--import', 'tsx', `infra/aws/${command}/main.ts`);
    assert.deepEqual([code, stderr.trim()], [1, `${lacks} must be set, got ""`]);
  }
  const { code } = await run('sh', '-c', 'touch /tmp/here && ! touch /app/there');
  assert.equal(code, 0, 'its volume can be written to, and nothing else');
});
