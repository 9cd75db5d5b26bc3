import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { WorkerCounts } from '../../../converters/worker/worker.ts';
import { start } from './command.ts';

export interface StartedWorker {
  /** Where it takes notifications. */
  readonly url: string;
  /** Ends it when all that it has taken is converted. */
  end(): Promise<WorkerCounts>;
}

/** `faultline worker` as a user starts it; nothing of it may fail. */
export async function startWorker(
  t: TestContext,
  { folder, token, args }: { folder: string; token: string; args: readonly string[] },
  env: Readonly<Record<string, string>> = {},
): Promise<StartedWorker> {
  const { child, ended } = start({
    folder,
    args: ['worker', '--json', ...args],
    env: { ...env, FAULTLINE_WORKER_TOKEN: token },
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const early = ended.then(({ stderr }) => Promise.reject(new Error(`the worker has ended: ${stderr}`)));
  const [line] = (await Promise.race([once(lines, 'line'), early])) as [string];
  early.catch(() => undefined); // from now on `end` says how it ends
  return {
    url: (JSON.parse(line) as { events: string }).events,
    async end() {
      child.kill('SIGTERM');
      const { code, stdout, stderr } = await ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^\n?SIGTERM: stopping in order .*\n$/, 'and nothing that failed');
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WorkerCounts;
    },
  };
}
