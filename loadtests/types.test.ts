import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

function compile(project: string): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '-p', project], { cwd: HERE }, (error, stdout) => {
      resolve({ ok: error === null, output: stdout });
    });
  });
}

/** Compiles one file, that lies in a folder beside the others for as long as it takes, under one of the projects. */
async function compileSource({ base, source }: { base: string; source: string }) {
  const folder = await mkdtemp(join(HERE, 'runner', '.types-'));
  try {
    await writeFile(join(folder, 'source.ts'), source);
    const project = join(folder, 'tsconfig.json');
    await writeFile(
      project,
      JSON.stringify({ extends: join(HERE, base), include: ['source.ts'], exclude: ['**/node_modules'] }),
    );
    return await compile(project);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const asScript = (source: string) => compileSource({ base: 'tsconfig.k6.json', source });
/** A file of runner/api with one thing about it changed, at the same depth. */
async function asRunner({ file, from, to }: { file: string; from: string; to: string }) {
  const text = await readFile(join(HERE, 'runner', 'api', file), 'utf8');
  assert.ok(text.includes(from), `${file} contains ${from}`);
  const source = text.replace(from, to).replaceAll("'./closed.ts'", "'../api/closed.ts'");
  return compileSource({ base: '../tsconfig.json', source });
}

test('the scripts are valid under the official types of k6, without those of Node', async () => {
  assert.deepEqual(await compile('tsconfig.k6.json'), { ok: true, output: '' });
});

test('a script that calls what k6 does not have fails the check', async () => {
  const wrong = await asScript(`
    import http from 'k6/http';
    export default async () => { await http.asyncRequset('GET', 'http://127.0.0.1'); };`);
  assert.match(wrong.output, /asyncRequset/);
  const node = await asScript(`export default () => process.env.HOME;`);
  assert.match(node.output, /Cannot find name 'process'/);
  const right = await asScript(`
    import http from 'k6/http';
    export default async () => (await http.asyncRequest('GET', 'http://127.0.0.1')).status;`);
  assert.deepEqual(right, { ok: true, output: '' });
});

test('an export of the runner that is not the one of k6 fails the check', async () => {
  const unchanged = { from: "from './closed.ts'", to: "from './closed.ts'" };
  const results = await Promise.all([
    asRunner({ file: 'http.ts', ...unchanged }),
    asRunner({ file: 'k6.ts', from: 'tags: object = {}): boolean {', to: 'tags: object = {}): string {' }),
    asRunner({ file: 'http.ts', from: '  method: Method,', to: '  method: number,' }),
    asRunner({
      file: 'http.ts',
      from: 'Within<Call<undefined>[2], string |',
      to: 'Within<Call<undefined>[2], Date |',
    }),
    asRunner({ file: 'execution.ts', from: 'return running().progress();', to: "return 'half';" }),
    asRunner({ file: 'metrics.ts', from: 'add(value: number | boolean', to: 'add(value: Date' }),
  ]);
  assert.deepEqual(results[0], { ok: true, output: '' });
  const complaints = [
    /source\.ts.*not assignable to type 'official|'string' is not assignable to type 'boolean'|Checkers/,
    /'method' are incompatible/,
    /does not satisfy the constraint/,
    /'string' is not assignable to type 'number'/,
    /'add'/,
  ];
  for (const [index, complaint] of complaints.entries()) {
    const { ok, output } = results[index + 1] ?? { ok: true, output: '' };
    assert.ok(!ok);
    assert.match(output, complaint);
  }
});
