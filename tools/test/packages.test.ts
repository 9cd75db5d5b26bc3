import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Package {
  name?: string;
  license?: string;
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (folder: string): Package =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const packages = ['.', ...(read('.').workspaces ?? [])].map(read);

test('every dependency is pinned to one version', () => {
  const loose = packages.flatMap(({ name, dependencies = {}, devDependencies = {} }) =>
    Object.entries({ ...dependencies, ...devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([dependency, version]) => `${name}: ${dependency} ${version}`),
  );
  assert.deepEqual(loose, []);
});

test('every production dependency has its line in the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const used = packages.flatMap(({ dependencies = {} }) => Object.keys(dependencies));
  assert.ok(used.length > 20);
  assert.deepEqual(
    used.filter((dependency) => !readme.includes(`\`${dependency}\``)),
    [],
  );
});

test('nothing that is installed is under the AGPL, the SSPL or the BSL', () => {
  const licences = installed(join(root, 'node_modules')).map(({ name, license }) => `${name}: ${license}`);
  assert.ok(licences.length > 200);
  assert.deepEqual(
    licences.filter((text) => /AGPL|SSPL|BUSL|Business Source/i.test(text)),
    [],
  );
});

function installed(folder: string): Package[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => {
      const path = join(folder, name);
      if (name.startsWith('@')) return installed(path);
      try {
        return [JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Package];
      } catch {
        return []; // no package: a folder of files
      }
    });
}
