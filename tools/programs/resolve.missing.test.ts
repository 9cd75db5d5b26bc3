import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProgram } from './fixtures/world.ts';
import { findGo } from './go.ts';
import { resolveProgram } from './resolve.ts';

test('with nothing on PATH the error says what to install, by system', async (t) => {
  const folder = await temporaryFolder(t);
  const env = { PATH: folder, FAULTLINE_CACHE: join(folder, 'cache') };
  for (const name of ['otelcol', 'versitygw', 'redis', 'k6', 'pulumi', 'promtool'] as const) {
    await assert.rejects(resolveProgram(name, { env }), (error: Error & { code: string }) => {
      assert.equal(error.code, 'PROGRAM_MISSING');
      assert.match(error.message, new RegExp(`^${name} >= `));
      assert.match(error.message, /macOS +brew install/);
      return true;
    });
  }
});

test('the error names what was found and why it will not do', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(folder, 'versitygw', 'echo "Version  : 1.0.9"');
  await writeProgram(folder, 'go', '[ "$1" = env ] && echo local || echo "go version go1.19.8 linux/amd64"');
  const env = { PATH: folder, FAULTLINE_CACHE: join(folder, 'cache') };
  await assert.rejects(resolveProgram('versitygw', { env }), (error: Error) => {
    assert.match(error.message, /versitygw is 1\.0\.9, needed is >= 1\.8\.0, < 2\.0\.0/);
    assert.match(error.message, /go is 1\.19\.8, needed is >= 1\.25\.0/);
    return true;
  });
});

test('build: false makes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(folder, 'go', 'echo "go version go1.99.0 linux/amd64"');
  const env = { PATH: folder, FAULTLINE_CACHE: join(folder, 'cache') };
  await assert.rejects(
    resolveProgram('otelcol', { env, build: false }),
    /will be built once from the pinned module with Go 1\.99\.0/,
  );
});

test('an older Go will do when it may fetch the toolchain that the module asks for', async (t) => {
  const folder = await temporaryFolder(t);
  const go = (toolchain: string) =>
    writeProgram(
      join(folder, toolchain || 'none'),
      'go',
      `[ "$1" = env ] && echo "${toolchain}" || echo "go version go1.22.2 linux/amd64"`,
    );
  const accepted = async (toolchain: string) =>
    'path' in (await findGo({ minimum: '1.25.0', env: { PATH: await go(toolchain) } }));
  assert.equal(await accepted('auto'), true);
  assert.equal(await accepted('go1.22.2+auto'), true);
  assert.equal(await accepted('local'), false);
  assert.equal(await accepted('go1.22.2'), false);
});
