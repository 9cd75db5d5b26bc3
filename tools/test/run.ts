/**
 * Runs the tests: `npm test`, or `npm test -- <part of a path>…`. Those that use one part of the system run first, the
 * ones that run the whole path (`*.e2e.test.ts`) after them. One at a time: many start a stack, whose time-outs are real.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = ['tools', 'infra', 'services', 'loadtests', 'converters'];

const wanted = process.argv.slice(2);
const all = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => join(root, path)),
)
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
  .sort();
if (all.length === 0) {
  console.error(`no test has ${wanted.map((part) => `"${part}"`).join(' or ')} in its path`);
  process.exit(2);
}
const whole = all.filter((path) => path.endsWith('.e2e.test.ts'));
const parts = all.filter((path) => !whole.includes(path));
const failures = (await run(parts)) + (await run(whole));
process.exitCode = failures === 0 ? 0 : 1;

async function run(files: readonly string[]): Promise<number> {
  if (files.length === 0) return 0;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
    { stdio: 'inherit' },
  );
  return new Promise((resolve) => child.on('exit', (code) => resolve(code === 0 ? 0 : 1)));
}
