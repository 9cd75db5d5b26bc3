import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { CONTEXT_ROOT, contextFiles } from '../container/context-hash.ts';
import { needsDocker } from './testing/needs.ts';

test('.dockerignore lets in what is hashed, and nothing else', async (t) => {
  if (!(await needsDocker(t))) return;
  const docker = (args: string[], input?: string) =>
    execFileSync('docker', args, { input, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' });
  const dockerfile = 'FROM scratch\nCOPY . /context\nCMD ["none"]\n';
  const image = docker(['build', '--quiet', '--file', '-', CONTEXT_ROOT], dockerfile).trim();
  t.after(() => docker(['rmi', '--force', image]));
  const container = docker(['create', image]).trim();
  t.after(() => docker(['rm', container]));
  const archive = execFileSync('docker', ['export', container], { maxBuffer: 2 ** 28 });
  const listing = execFileSync('tar', ['-t'], { input: archive, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const files = listing.split('\n').filter((path) => path.startsWith('context/') && !path.endsWith('/'));
  assert.deepEqual(
    files.map((path) => path.slice('context/'.length)).sort(),
    contextFiles({ root: CONTEXT_ROOT }),
  );
});
