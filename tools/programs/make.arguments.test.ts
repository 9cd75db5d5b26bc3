import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from './command.ts';
import { needs, temporaryFolder, writeModule } from './fixtures/world.ts';
import { moduleKey } from './go.ts';
import { wayToMake } from './make.ts';

test('a program that needs arguments is started with them, before its own', {
  timeout: 120_000,
}, async (t) => {
  if (!needs(t, 'go')) return;
  const folder = await temporaryFolder(t);
  const main =
    'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() { fmt.Printf("%q", os.Args[1:]) }\n';
  const module = { ...(await writeModule(join(folder, 'src'), main)), args: ['-a=b c', "-d='"] };
  const spec = { name: 'k6', executables: ['tiny'], versionArgs: [], module, install: {} } as const;
  const way = await wayToMake({ spec, env: process.env, signal: undefined });
  assert.ok('make' in way);
  await way.make({ folder: join(folder, 'made') });
  const { stdout } = await runCommand({ file: join(folder, 'made', 'bin', 'tiny'), args: ['e f'] });
  assert.equal(stdout, '["-a=b c" "-d=\'" "e f"]');
});

test('what is built changes with a module below it, and with its arguments', async (t) => {
  const module = await writeModule(await temporaryFolder(t), 'package main\n');
  const keys = [await moduleKey(module), await moduleKey({ ...module, args: ['-a'] })];
  await mkdir(join(module.folder, 'below'));
  for (const text of ['package below\n', 'package below // other\n']) {
    await writeFile(join(module.folder, 'below', 'below.go'), text);
    keys.push(await moduleKey(module));
  }
  assert.equal(new Set(keys).size, 4);
});
