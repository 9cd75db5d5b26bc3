import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

/** What a container has written so far, on both of its streams; the engine keeps a copy of what goes to the collector. */
export const linesOf = (container: string): AsyncGenerator<string> => lines(['logs', container], {});

/** The same, and new lines until `signal` aborts or the container ends. */
export const followLines = (
  container: string,
  { signal }: { signal?: AbortSignal | undefined },
): AsyncGenerator<string> => lines(['logs', '--follow', container], { signal });

async function* lines(
  args: readonly string[],
  { signal }: { signal?: AbortSignal | undefined },
): AsyncGenerator<string> {
  const child = spawn('docker', [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const both = new PassThrough();
  let open = 2;
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(both, { end: false });
    stream.once('end', () => {
      open -= 1;
      if (open === 0) both.end();
    });
  }
  child.once('error', (error) => both.destroy(error));
  const end = () => child.kill();
  signal?.addEventListener('abort', end, { once: true });
  try {
    for await (const line of createInterface({ input: both })) yield line;
  } finally {
    signal?.removeEventListener('abort', end);
    child.kill();
  }
}
