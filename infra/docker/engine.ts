import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InfraError } from '../errors.ts';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Asks the Docker engine by the command that its users have: it knows contexts, sockets and DOCKER_HOST.
 * @param both what the command wrote on stderr too, as `docker logs` does with a container's
 * @throws DOCKER_MISSING, DOCKER_FAILED
 */
export async function docker(
  args: readonly string[],
  { signal, both = false }: { signal?: AbortSignal | undefined; both?: boolean } = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await run('docker', [...args], {
      maxBuffer: MAX_OUTPUT,
      ...(signal ? { signal } : {}),
    });
    return both ? stdout + stderr : stdout;
  } catch (cause) {
    const { code, stderr = '' } = cause as { code?: unknown; stderr?: string };
    if (signal?.aborted) throw signal.reason;
    if (code === 'ENOENT') throw new InfraError('DOCKER_MISSING', [], { cause: cause as Error });
    throw new InfraError('DOCKER_FAILED', [args[0] ?? '', stderr.trim()]);
  }
}

/** The provider cannot say it, so it is said to the engine once the container is there. */
export async function setPidsLimit(container: string, pids: number): Promise<void> {
  await docker(['update', '--pids-limit', String(pids), container]);
}

/**
 * Starts a one-shot container, unless it has done its work already, and waits for its end. One that failed is tried again.
 * @returns its exit code
 */
export async function runToEnd({ container, pids }: { container: string; pids: number }): Promise<number> {
  const state = await docker(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', container]);
  const [status, code] = state.trim().split(' ');
  if (status === 'exited' && code === '0') return 0;
  if (status !== 'running') {
    await setPidsLimit(container, pids);
    await docker(['start', container]);
  }
  return Number(await docker(['wait', container]));
}
