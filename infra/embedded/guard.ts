import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const GUARDIAN = fileURLToPath(new URL('./guardian.js', import.meta.url));

/** The parent's end of the guardian: see guardian.js for what it does and the commands it takes. */
export class Guard {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = new Promise((resolve) => process.once('close', () => resolve()));
  }

  static start(): Guard {
    const guardian = spawn(process.execPath, ['--max-old-space-size=16', GUARDIAN], {
      detached: true, // a session of its own: signals of the terminal do not reach it
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      env: {},
    });
    guardian.on('error', () => {}); // no guardian: the stack still runs, and stop() still stops it
    guardian.stdin?.on('error', () => {});
    return new Guard(guardian);
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** `pid` leads a process group; `signals` in the order in which it is to get them, before SIGKILL. */
  watch({ pid, signals }: { pid: number; signals: readonly NodeJS.Signals[] }): void {
    this.#send({ watch: pid, signals });
  }

  forget(pid: number): void {
    this.#send({ forget: pid });
  }

  /** A file or folder that must not outlive the parent; what was named last is removed first. */
  removeAtEnd(path: string): void {
    this.#send({ remove: path });
  }

  /** Everything has been cleaned up; ends when the guardian has ended. */
  async goodbye(): Promise<void> {
    this.#send({ goodbye: true });
    this.#process.stdin?.end();
    await this.#ended;
  }

  #send(command: object): void {
    if (this.#process.stdin?.writable) this.#process.stdin.write(`${JSON.stringify(command)}\n`);
  }
}
