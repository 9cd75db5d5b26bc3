/**
 * A Docker engine for tests, told apart from any other by its folder: data, state, log, pid file and socket lie in it.
 *
 *   npx tsx infra/docker/testing/engine.ts start FOLDER     prints the engine's address (DOCKER_HOST); needs root
 *   npx tsx infra/docker/testing/engine.ts stop FOLDER      ends it, and removes the folder
 *
 * Where an engine answers already, `start` prints the address of that one and starts nothing. Tests never start one.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../../../tools/programs/command.ts';

const START_MS = 60_000;
const STOP_MS = 30_000;

/** Why no engine answers at the address (default: where the docker command looks), or undefined when one does. */
export async function engineMissing(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const args = ['version', '--format', '{{.Server.Version}}'];
  const asked = runCommand({ file: 'docker', args, env, timeoutMs: 20_000 });
  return asked.then(
    ({ code, stderr }) => (code === 0 ? undefined : `no Docker engine answers: ${stderr.trim()}`),
    (error: Error) => `the docker command does not run: ${error.message}`,
  );
}

/** @returns the address of the engine, as DOCKER_HOST wants it */
export async function startEngine({ folder }: { folder: string }): Promise<string> {
  if ((await engineMissing()) === undefined) {
    const args = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
    return (await runCommand({ file: 'docker', args })).stdout.trim();
  }
  if (process.getuid?.() !== 0)
    throw new Error('a Docker engine is started by root only; start one, or run as root');
  mkdirSync(folder, { recursive: true });
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = openSync(logOf(folder), 'w');
  const daemon = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'state')],
      ...['--pidfile', pidFileOf(folder), '--host', host],
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  let ended: string | undefined;
  daemon.once('error', (error) => {
    ended = error.message;
  });
  daemon.once('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`;
  });
  const answers = await until(async () => {
    if (ended !== undefined) return true;
    return (await engineMissing({ ...process.env, DOCKER_HOST: host })) === undefined;
  }, START_MS);
  if (ended !== undefined || !answers) {
    const tail = readFileSync(logOf(folder), 'utf8').trim().split('\n').slice(-10).join('\n');
    await stopEngine({ folder });
    throw new Error(`dockerd did not start: ${ended ?? `no answer within ${START_MS} ms`}\n${tail}`);
  }
  daemon.unref();
  preferContainers();
  return host;
}

/** How the kernel divides the processor among groups of processes, in version 1 and 2 of them: eight times the usual. */
const GROUPS = [
  {
    known: '/sys/fs/cgroup/cpu/cpu.shares',
    group: '/sys/fs/cgroup/cpu/docker',
    file: 'cpu.shares',
    value: '8192',
  },
  {
    known: '/sys/fs/cgroup/cgroup.controllers',
    group: '/sys/fs/cgroup/docker',
    file: 'cpu.weight',
    value: '800',
  },
];

/**
 * All containers together count as much as one process that is in no group. What runs beside them in tests are many, so that a
 * query in a container could take as long as its time limit.
 */
function preferContainers(): void {
  for (const { known, group, file, value } of GROUPS) {
    if (!existsSync(known)) continue;
    try {
      mkdirSync(group, { recursive: true });
      writeFileSync(join(group, file), value);
    } catch {
      // another host may not allow it: then they have what they had
    }
  }
}

/** Ends the engine of that folder, and its containers; does nothing when there is none. */
export async function stopEngine({ folder }: { folder: string }): Promise<void> {
  const pids = [pidFileOf(folder), join(folder, 'state', 'containerd', 'containerd.pid')].map(readPid);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of pids) if (isOurs(pid, folder)) process.kill(pid, signal);
    if (await until(async () => !pids.some((pid) => isOurs(pid, folder)), STOP_MS)) break;
  }
  // namespaces of networks stay mounted
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n').reverse()) {
    const point = line.split(' ')[1] ?? '';
    if (point.startsWith(`${folder}/`)) await runCommand({ file: 'umount', args: ['--lazy', point] });
  }
  rmSync(folder, { recursive: true, force: true });
}

const logOf = (folder: string) => join(folder, 'dockerd.log');
const pidFileOf = (folder: string) => join(folder, 'dockerd.pid');

function readPid(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return 0;
  }
}

/** A process id may have gone to another program since: ours has the folder on its command line. */
function isOurs(pid: number, folder: string): boolean {
  try {
    return pid > 1 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [verb, folder] = process.argv.slice(2);
  if (folder === undefined || (verb !== 'start' && verb !== 'stop')) {
    console.error('usage: engine.ts start|stop FOLDER');
    process.exit(2);
  }
  try {
    if (verb === 'start') console.log(await startEngine({ folder: resolve(folder) }));
    else await stopEngine({ folder: resolve(folder) });
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
