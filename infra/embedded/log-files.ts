import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const NEWLINE = 0x0a;

/** Log file of one replica; components that can have several have their number in it. */
export function logFileOf(options: {
  logs: string;
  component: string;
  replica: number;
  numbered: boolean;
}): string {
  const { logs, component, replica, numbered } = options;
  return join(logs, numbered ? `${component}-${replica}.log` : `${component}.log`);
}

/** The end of a log, for error messages. */
export async function lastLines(path: string, count = 20): Promise<string> {
  const lines: string[] = [];
  for await (const line of readLines(path)) {
    lines.push(line);
    if (lines.length > count) lines.shift();
  }
  return lines.map((line) => `  ${line.slice(0, 400)}`).join('\n');
}

/** Whole lines of a file, without the line ends; with `follow` also those that come later, until `signal` aborts. */
export async function* readLines(
  path: string,
  { follow = false, signal }: { follow?: boolean; signal?: AbortSignal } = {},
): AsyncGenerator<string> {
  let offset = 0;
  let rest = '';
  do {
    for await (const chunk of readFrom(path, offset)) {
      offset += chunk.length;
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield Buffer.from(line, 'latin1').toString('utf8');
    }
    if (follow) await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  } while (follow && !signal?.aborted);
  if (rest !== '') yield Buffer.from(rest, 'latin1').toString('utf8');
}

/** Counts the lines that are not blank in all log files of a folder, each byte once. */
export class LineCounter {
  readonly #folder: string;
  readonly #except: ReadonlySet<string>;
  readonly #files = new Map<string, { offset: number; lines: number; open: boolean }>();

  constructor({ folder, except }: { folder: string; except: readonly string[] }) {
    this.#folder = folder;
    this.#except = new Set(except);
  }

  async count(): Promise<number> {
    let total = 0;
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith('.log') || this.#except.has(name)) continue;
      const file = this.#files.get(name) ?? { offset: 0, lines: 0, open: false };
      this.#files.set(name, file);
      for await (const chunk of readFrom(join(this.#folder, name), file.offset)) {
        file.offset += chunk.length;
        for (const byte of chunk) {
          if (byte === NEWLINE) {
            if (file.open) file.lines += 1;
            file.open = false;
          } else if (byte > 0x20) file.open = true;
        }
      }
      total += file.lines + (file.open ? 1 : 0);
    }
    return total;
  }
}

async function* readFrom(path: string, start: number): AsyncGenerator<Buffer> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return;
  try {
    yield* createReadStream('', { fd: file, start, autoClose: false }) as AsyncIterable<Buffer>;
  } finally {
    await file.close();
  }
}
