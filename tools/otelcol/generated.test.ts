import assert from 'node:assert/strict';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../programs/command.ts';
import { needs, temporaryFolder } from '../programs/fixtures/world.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

test('the committed sources are what builder.yaml generates', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'go')) return;
  const copy = join(await temporaryFolder(t), 'otelcol');
  await cp(here, copy, { recursive: true });
  const { code, stderr } = await runCommand({ file: '/bin/sh', args: [join(copy, 'regenerate.sh')] });
  assert.equal(code, 0, stderr);
  const names = (await readdir(here)).sort();
  assert.deepEqual((await readdir(copy)).sort(), names);
  for (const name of names) {
    const [committed, generated] = await Promise.all(
      [here, copy].map((folder) => readFile(join(folder, name), 'utf8')),
    );
    assert.equal(generated, committed, `${name} differs: run tools/otelcol/regenerate.sh`);
  }
});
