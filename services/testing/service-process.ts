import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ended, until } from './process.ts';

export const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

export interface LogLine {
  time: number;
  level: string;
  service: string;
  version: string;
  instance: string;
  line: number;
  msg: string;
  event?: string;
  trace_id?: string;
  span_id?: string;
  request_id?: string;
  [field: string]: unknown;
}

/** A service as a child process of the built bundle, with every line that it logged. */
export class ServiceProcess {
  readonly name: string;
  readonly lines: LogLine[] = [];
  /** lines that are no JSON: there should be none */
  readonly foreign: string[] = [];
  readonly #child: ChildProcess;
  stderr = '';

  constructor({ name, env }: { name: string; env: Record<string, string> }) {
    this.name = name;
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(
      process.execPath,
      ['--import', join(dist, 'telemetry.cjs'), join(dist, `${name}.cjs`)],
      {
        env: { PATH, HOME, OTEL_SERVICE_NAME: name, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error(`${name}: no pipes`);
    createInterface({ input: stdout }).on('line', (text) => {
      try {
        this.lines.push(JSON.parse(text) as LogLine);
      } catch {
        this.foreign.push(text);
      }
    });
    stderr.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Base URL, once the service says that it listens. */
  async url(): Promise<string> {
    const prefix = 'listening at ';
    const said = () => this.lines.find(({ msg }) => msg.startsWith(prefix))?.msg.slice(prefix.length);
    await until(`${this.name} listening`, () => said() ?? this.#child.exitCode !== null);
    const url = said();
    if (url === undefined)
      throw new Error(`${this.name} exited: ${this.stderr}${JSON.stringify(this.lines.at(-1))}`);
    return url;
  }

  access(requestId: string): LogLine[] {
    return this.lines.filter((line) => line.event === 'http.access' && line.request_id === requestId);
  }

  exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return ended(this.#child);
  }

  async stop(
    signal: NodeJS.Signals = 'SIGTERM',
  ): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.#child.exitCode === null) this.#child.kill(signal);
    return this.exit();
  }
}
