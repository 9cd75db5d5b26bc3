import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface EventWanted {
  readonly type: 'container' | 'network';
  readonly action: string;
  /** Of the container or network. */
  readonly name: string;
}

/** Waits for the first such event from now on, and knows it as soon as the engine tells it. */
export async function watchEngine({ type, action, name }: EventWanted): Promise<{
  /** Id of the container or network. */
  readonly first: Promise<string>;
  readonly close: () => Promise<void>;
}> {
  const since = (Date.now() / 1000).toFixed(3);
  const filters = [`type=${type}`, `event=${action}`].flatMap((filter) => ['--filter', filter]);
  const child = spawn('docker', ['events', '--since', since, '--format', '{{json .Actor}}', ...filters], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const { ID, Attributes } = JSON.parse(line) as { ID: string; Attributes: Record<string, string> };
      if (Attributes.name === name) resolve(ID);
    });
  });
  return {
    first,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
