import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../programs/command.ts';
import { testPython } from '../python/fixtures/python.ts';
import { MOTO } from './server.test-world.ts';

/** What Python's own `venv` puts beside them. */
const OF_VENV = ['pip', 'setuptools'];

test('what the SQS server of the tests is made of says its licence, and none is of the GPL’s family or the SSPL', async (t) => {
  const python = await testPython(t, MOTO);
  if (!python) return;
  const script = fileURLToPath(new URL('licences.py', import.meta.url));
  const { code, stdout, stderr } = await runCommand({ file: python, args: [script] });
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout) as Record<string, string[]>;
  const names = Object.keys(found).filter((name) => !OF_VENV.includes(name));
  const pinned = readFileSync(MOTO.requirements, 'utf8').match(/^[^#\s]+(?===)/gm) ?? [];
  const plain = (all: readonly string[]) => all.map((name) => name.toLowerCase().replaceAll('_', '-')).sort();
  assert.deepEqual(plain(names), plain(pinned), 'nothing is installed that is not pinned');
  for (const name of names) {
    assert.ok(found[name]?.length, `${name} says no licence`);
    assert.doesNotMatch(found[name]?.join() ?? '', /GPL|Affero|SSPL|Server Side|BUSL/, name);
  }
});
