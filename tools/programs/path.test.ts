import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { test } from 'node:test';
import { PROGRAMS } from './catalogue.ts';
import { temporaryFolder, writeProgram } from './fixtures/world.ts';
import { findOnPath } from './path.ts';

const redis = (version: string) => `echo "Redis server v=${version} sha=00000000:0 bits=64"`;

test('an old release in front does not hide a good one further back', async (t) => {
  const folder = await temporaryFolder(t);
  const old = await writeProgram(join(folder, 'old'), 'redis-server', redis('5.0.7'));
  const good = await writeProgram(join(folder, 'good'), 'redis-server', redis('7.2.4'));
  const { found, rejected } = await findOnPath({ wanted: PROGRAMS.redis, env: { PATH: `${old}:${good}` } });
  assert.deepEqual(found, { path: join(good, 'redis-server'), version: '7.2.4' });
  assert.deepEqual(rejected, [{ path: join(old, 'redis-server'), reason: 'is 5.0.7, needed is >= 6.2.0' }]);
});

test('valkey-server serves as well as redis-server', async (t) => {
  const folder = await writeProgram(
    await temporaryFolder(t),
    'valkey-server',
    'echo "Valkey server v=8.1.3 sha=00000000:0 bits=64"',
  );
  const { found } = await findOnPath({ wanted: PROGRAMS.redis, env: { PATH: folder } });
  assert.deepEqual(found, { path: join(folder, 'valkey-server'), version: '8.1.3' });
});

/** What `otelcol components` prints, cut to the lines that count. */
function components(names: readonly string[]): string {
  const lines: string[] = [];
  for (const [section, name] of names.map((each) => each.split('/'))) {
    if (!lines.includes(`${section}:`)) lines.push(`${section}:`);
    lines.push(`    - name: ${name}`, '      module: example.org/component v0.150.0');
  }
  return lines.join('\n');
}

const collector = (names: readonly string[]) =>
  `[ "$1" = components ] && cat <<'END' || echo "otelcol-contrib version 0.150.0"\n${components(names)}\nEND`;

test('otelcol-contrib serves when it has every component, in later spellings too', async (t) => {
  const spelled = (PROGRAMS.otelcol.components ?? []).map((name) => name.replace('filelog', 'file_log'));
  const folder = await writeProgram(await temporaryFolder(t), 'otelcol-contrib', collector(spelled));
  const { found } = await findOnPath({ wanted: PROGRAMS.otelcol, env: { PATH: `${folder}:/bin` } });
  assert.deepEqual(found, { path: join(folder, 'otelcol-contrib'), version: '0.150.0' });
});

test('a collector that lacks a component is passed over, and the component is named', async (t) => {
  const some = (PROGRAMS.otelcol.components ?? []).filter((name) => !/awss3|receivers.redis/.test(name));
  const folder = await writeProgram(await temporaryFolder(t), 'otelcol', collector(some));
  const { found, rejected } = await findOnPath({ wanted: PROGRAMS.otelcol, env: { PATH: `${folder}:/bin` } });
  assert.equal(found, undefined);
  assert.equal(rejected[0]?.reason, 'is 0.150.0 but lacks receivers/redis, exporters/awss3');
});

test('a program that fails, or does not tell its version, is passed over', async (t) => {
  const folder = await temporaryFolder(t);
  const broken = await writeProgram(join(folder, 'a'), 'versitygw', 'echo no such library >&2; exit 127');
  const nameless = await writeProgram(join(folder, 'b'), 'versitygw', 'echo "Version  : git"');
  const { found, rejected } = await findOnPath({
    wanted: PROGRAMS.versitygw,
    env: { PATH: `${broken}:${nameless}` },
  });
  assert.equal(found, undefined);
  assert.deepEqual(
    rejected.map(({ reason }) => reason),
    ['does not run: ended with code 127: no such library', 'does not tell its version'],
  );
});

test('relative entries of PATH are passed over', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(join(folder, 'bin'), 'redis-server', redis('7.2.4'));
  const before = cwd();
  t.after(() => chdir(before));
  chdir(folder);
  const { found, rejected } = await findOnPath({ wanted: PROGRAMS.redis, env: { PATH: 'bin:.:' } });
  assert.deepEqual({ found, rejected }, { found: undefined, rejected: [] });
});
