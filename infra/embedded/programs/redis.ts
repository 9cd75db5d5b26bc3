import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../child.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';

/** redis-server or valkey-server, in the foreground; the password is in a file and not on the command line. */
export async function redisLaunch({
  component,
  surroundings,
  env,
  program,
  state,
}: LaunchContext): Promise<Launch> {
  const dir = join(state.work, component.name);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const settings = {
    bind: surroundings.own.redis?.host ?? '',
    port: String(surroundings.own.redis?.port),
    dir: `"${dir}"`,
    daemonize: 'no',
    loglevel: 'notice',
    ...component.settings?.(surroundings),
  };
  const config = join(dir, 'server.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, lines.join(''), { mode: 0o600 });
  return { command: program, args: [config], env: { ...BASE_ENV, ...env }, cwd: dir };
}
