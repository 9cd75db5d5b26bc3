import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../services/testing/process.ts';
import { MemoryStore } from '../store/memory.ts';
import { Prometheus } from './api.ts';
import { importSamples } from './import.ts';

test('where nobody answers, that is said with the cause', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const prometheus = new Prometheus({ url });
  await assert.rejects(
    importSamples({ prometheus, sinceMs: 1e12, untilMs: 1e12 + 1, into: new MemoryStore() }),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'PROMETHEUS_UNREACHABLE');
      assert.ok(error.message.startsWith(`${url} must answer`), error.message);
      assert.match(String((error.cause as Error).cause), /ECONNREFUSED/);
      return true;
    },
  );
});

for (const [url, reason] of [
  ['localhost:9090', /no such URL/],
  ['ftp://localhost', /no such URL/],
  ['http://me:word@localhost', /credentials never/],
  ['http://localhost/?a=1', /parameters/],
] as const)
  test(`${url} is refused`, () => {
    assert.throws(
      () => new Prometheus({ url }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'INVALID_PROMETHEUS_URL');
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /word@/);
        return true;
      },
    );
  });
