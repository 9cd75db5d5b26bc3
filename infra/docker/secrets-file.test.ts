import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, test } from 'node:test';
import { inspect } from 'node:util';
import { runCommand } from '../../tools/programs/command.ts';
import { CONTEXT_ROOT } from '../container/context-hash.ts';
import { InfraError } from '../errors.ts';
import { secretsFile, secretsOf } from './secrets-file.ts';

const STACK = `test-secrets-${process.pid}`;
const file = secretsFile(STACK);
afterEach(() => rmSync(file, { force: true }));

test('secrets are made once, for their owner only, and stay the same', () => {
  const made = secretsOf(STACK);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(secretsOf(STACK), made);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), made);
  assert.equal(new Set(Object.values(made)).size, Object.keys(made).length, 'no two are the same');
  assert.deepEqual(readdirSync(dirname(file)).filter((name) => name.startsWith(`${STACK}.`)).length, 1);
});

test('another stack has other secrets', (t) => {
  const other = `${STACK}-b`;
  t.after(() => rmSync(secretsFile(other), { force: true }));
  assert.notDeepEqual(secretsOf(other), secretsOf(STACK));
});

test('git does not see the file', async () => {
  secretsOf(STACK);
  const { code } = await runCommand({
    file: 'git',
    args: ['check-ignore', '--quiet', file],
    cwd: CONTEXT_ROOT,
  });
  assert.equal(code, 0);
});

test('a file that is broken is told, and left as it is', () => {
  const all = secretsOf(STACK);
  const { queuePassword: _, ...most } = all;
  for (const [text, why] of [
    ['{"postgresPassword":', 'it is not JSON'],
    ['null', 'it is not an object'],
    ['["a"]', 'it is not an object'],
    [JSON.stringify(most), 'queuePassword is missing'],
    [JSON.stringify({ ...all, queuePassword: '' }), 'queuePassword is missing'],
    [JSON.stringify({ ...all, queuePassword: 7 }), 'queuePassword is missing'],
  ] as const) {
    writeFileSync(file, text);
    assert.throws(
      () => secretsOf(STACK),
      (error) => {
        assert.ok(error instanceof InfraError, text);
        assert.equal(error.code, 'SECRETS_UNREADABLE');
        assert.ok(
          error.message.startsWith(`${file} must hold the secrets of the stack: ${why}.`),
          error.message,
        );
        for (const secret of Object.values(all)) assert.ok(!inspect(error).includes(secret));
        return true;
      },
    );
    assert.equal(readFileSync(file, 'utf8'), text);
  }
});
