import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../../tools/programs/command.ts';

const GONE_MS = 10_000;
const POLL_MS = 20;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** As `ps` shows it; Z has ended, and nobody has asked for its code. */
  readonly state: string;
}

/** SIGKILL to a process and all that it has started, whatever process groups those made; returns when all are gone. */
export async function killTree(root: number): Promise<void> {
  process.kill(root, 'SIGSTOP'); // or it would go on while the others are looked for
  const all = await processes();
  const pids = [root];
  // grows while it is walked
  for (const of of pids) for (const { pid, parent } of all) if (parent === of) pids.push(pid);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  const deadline = Date.now() + GONE_MS;
  while ((await processes()).some(({ pid, state }) => pids.includes(pid) && !state.startsWith('Z'))) {
    if (Date.now() > deadline) throw new Error(`processes ${pids.join(', ')} outlive SIGKILL`);
    await sleep(POLL_MS);
  }
}

async function processes(): Promise<Process[]> {
  const { stdout } = await runCommand({ file: 'ps', args: ['-A', '-o', 'pid=,ppid=,stat='] });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state: state ?? '' };
    });
}
