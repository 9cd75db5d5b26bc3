import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findRelease } from '../releases.ts';
import { ended, until } from './process.ts';

/** How soon it must listen, on a computer that has other things to do, too. */
const START_MS = 60_000;

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

/**
 * A service as a child process of the bundle of its SERVICE_VERSION. Its stdout goes to a file, as in a real stack: a line that was written
 * before a response is there when the response is.
 */
export class ServiceProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #file: string;
  stderr = '';

  constructor({ name, env }: { name: string; env: Record<string, string> }) {
    this.name = name;
    this.#folder = mkdtempSync(join(tmpdir(), `storefront-${name}-`));
    this.#file = join(this.#folder, `${name}.log`);
    const out = openSync(this.#file, 'a');
    const { PATH = '', HOME = '' } = process.env;
    const bundle = findRelease({ service: name, version: env.SERVICE_VERSION ?? '' })?.bundle ?? name;
    this.#child = spawn(
      process.execPath,
      ['--import', join(dist, 'telemetry.cjs'), join(dist, `${bundle}.cjs`)],
      {
        env: { PATH, HOME, OTEL_SERVICE_NAME: name, ...env },
        stdio: ['ignore', out, 'pipe'],
      },
    );
    closeSync(out);
    this.#child.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
  }

  /** Every line so far; one that is no JSON is an error. */
  get lines(): LogLine[] {
    const complete = this.text.split('\n').slice(0, -1);
    return complete.map((text) => JSON.parse(text) as LogLine);
  }

  get text(): string {
    return this.#text ?? readFileSync(this.#file, 'utf8');
  }
  #text: string | undefined;

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Base URL, once the service says that it listens. */
  async url(): Promise<string> {
    const prefix = 'listening at ';
    const said = () => this.lines.find(({ msg }) => msg.startsWith(prefix))?.msg.slice(prefix.length);
    await until(`${this.name} listening`, () => said() ?? this.ended, START_MS);
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
    if (!this.ended) this.#child.kill(signal);
    const end = await this.exit();
    this.#text ??= readFileSync(this.#file, 'utf8');
    rmSync(this.#folder, { recursive: true, force: true });
    return end;
  }
}
