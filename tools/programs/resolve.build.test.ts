import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAMS } from './catalogue.ts';
import { needs, temporaryFolder, writeProgram } from './fixtures/world.ts';
import { probe } from './path.ts';
import { resolveProgram } from './resolve.ts';

// With a cold Go build cache the two take some minutes.
for (const name of ['versitygw', 'otelcol'] as const) {
  test(`${name} is built from the pinned module once, then found in the cache`, {
    timeout: 900_000,
  }, async (t) => {
    const go = needs(t, 'go');
    if (!go) return;
    const folder = await temporaryFolder(t);
    // a PATH with nothing but Go, whatever else this machine has installed
    const PATH = await writeProgram(
      join(folder, 'bin'),
      'go',
      `PATH='${process.env.PATH}' exec '${go}' "$@"`,
    );
    const env = { ...process.env, PATH, FAULTLINE_CACHE: join(folder, 'cache') };
    const lines: string[] = [];
    const first = await resolveProgram(name, { env, onProgress: (line) => lines.push(line) });

    assert.equal(first.source, 'built');
    assert.ok(first.path.startsWith(folder));
    assert.match(lines[0] ?? '', new RegExp(`^building ${name} \\(usually .+ minutes\\)… 0 s$`));
    assert.deepEqual(await probe({ path: first.path, wanted: PROGRAMS[name] }), {
      path: first.path,
      version: PROGRAMS[name].module?.version,
    });
    assert.deepEqual(await resolveProgram(name, { env, build: false }), { ...first, source: 'cache' });
  });
}
