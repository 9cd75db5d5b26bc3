import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LaunchedPart, Launcher } from '../segments/launcher.ts';

const MAIN = fileURLToPath(new URL('../../infra/aws/load/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** Starts the parts of a load as the program that is a task's, in processes of this computer. */
export function processes(
  t: TestContext,
  { runId, env }: { runId: string; env: Record<string, string> },
): Launcher & { readonly started: { readonly part: string; readonly child: ChildProcess }[] } {
  const started: { part: string; child: ChildProcess }[] = [];
  const ends = new Map<string, () => string | undefined>();
  t.after(async () => {
    for (const { child } of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
  return {
    started,
    ended: async (parts: readonly LaunchedPart[]) => parts.map(({ name }) => ends.get(name)?.()),
    async start({ part, load }) {
      const child = spawn(process.execPath, ['--import', TSX, MAIN], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: process.env.PATH,
          NODE_NO_WARNINGS: '1',
          FAULTLINE_RUN_ID: runId,
          FAULTLINE_LOAD: load,
          FAULTLINE_PART: part,
          ...env,
        },
      });
      let log = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      started.push({ part, child });
      const name = `process ${child.pid}`;
      ends.set(name, () => {
        const { exitCode, signalCode } = child;
        return exitCode === null && signalCode === null
          ? undefined
          : `${exitCode ?? signalCode} ${log}`.trim();
      });
      return {
        name,
        stop: async () => {
          child.kill('SIGTERM');
        },
      };
    },
  };
}
