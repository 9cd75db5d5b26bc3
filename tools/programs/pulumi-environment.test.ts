import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import { ProgramError } from './errors.ts';
import { temporaryFolder, writeProgram } from './fixtures/world.ts';
import { pulumiEnvironment } from './pulumi-environment.ts';

test('an installed Pulumi is used as it is, with what it brings', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(folder, 'pulumi', 'echo v3.267.0');
  const env = { PATH: folder, PULUMI_HOME: '/home/somebody/.pulumi', FAULTLINE_CACHE: join(folder, 'cache') };
  assert.deepEqual(await pulumiEnvironment({ env }), { ...env, PULUMI_SKIP_UPDATE_CHECK: 'true' });
});

test('state and settings lie in the folder that is given', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(folder, 'pulumi', 'echo v3.267.0');
  const { PULUMI_BACKEND_URL, PULUMI_HOME } = await pulumiEnvironment({
    env: { PATH: folder },
    folder: join(folder, 'here'),
  });
  assert.equal(PULUMI_BACKEND_URL, `file://${folder}/here/state`);
  assert.equal(PULUMI_HOME, join(folder, 'here', 'home'));
});

// In CI they are built, which takes minutes; elsewhere the test uses what is there.
test('the Pulumi that is built here finds its language host and its plugin', {
  timeout: 20 * 60_000,
}, async (t) => {
  const folder = await temporaryFolder(t);
  const env = await pulumiEnvironment({
    env: withoutPulumi(process.env),
    folder,
    build: Boolean(process.env.CI),
    onProgress: (line) => t.diagnostic(line),
  }).catch((error: unknown) => {
    if (process.env.CI || !(error instanceof ProgramError)) throw error;
    return undefined;
  });
  if (!env) return t.skip('Pulumi has not been built');

  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'Pulumi.yaml'), PROJECT);
  await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(project, 'node_modules'));
  await writeFile(
    join(project, 'index.cjs'),
    "const { Volume } = require('@pulumi/docker');\nnew Volume('data', { name: 'tiny-data' });\n",
  );
  const pulumi = async (...args: string[]) => {
    const passphrase = { PULUMI_CONFIG_PASSPHRASE: 'tiny', DOCKER_HOST: 'tcp://127.0.0.1:1' };
    const { code, stdout, stderr } = await runCommand({
      ...{
        file: 'pulumi',
        args: [...args, '--non-interactive'],
        cwd: project,
        env: { ...env, ...passphrase },
      },
      timeoutMs: 120_000,
    });
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  await pulumi('stack', 'init', 'tiny');
  const steps = JSON.parse(await pulumi('preview', '--json')) as { steps: { newState?: { type: string } }[] };
  assert.ok(steps.steps.some(({ newState }) => newState?.type === 'docker:index/volume:Volume'));
  assert.ok((await readdir(join(folder, 'state', '.pulumi'))).includes('stacks'));
});

const PROJECT = `name: tiny
main: index.cjs
runtime:
  name: nodejs
  options:
    typescript: false
`;

/** PATH without the folders of an installed Pulumi, so that the one that is built here is looked for. */
function withoutPulumi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => !existsSync(join(folder, 'pulumi')));
  return { ...env, PATH: folders.join(delimiter) };
}
