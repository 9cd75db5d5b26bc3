import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.test-world.mjs', import.meta.url));
const BASE = '/2018-06-01/runtime';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:convert';
/** How long the platform lets a function run, ms. */
const TIME_LIMIT = 60_000;

/** What a function says of a failure (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror). */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

interface Waiting {
  readonly event: unknown;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The platform's side of a Lambda function, on this computer: one execution environment, that is one process, and the runtime
 * API by which it gets its events. For tests and measurements.
 *
 *     process starts ─► loads the bundle ─► GET …/next (it is ready) ─► event ─► POST …/response or …/error ─► GET …/next …
 *                                       └► POST …/init/error
 */
export class LambdaEnvironment {
  readonly child: ChildProcess;
  readonly #server: Server;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, Waiting>();
  readonly #ready: Promise<number>;
  #told: { ready: (at: number) => void; failed: (error: Error) => void } | undefined;
  #next: ServerResponse | undefined;
  #invocations = 0;
  /** What the function has written. */
  output = '';

  private constructor(server: Server, start: (api: string) => ChildProcess) {
    this.#server = server;
    this.#ready = new Promise((ready, failed) => {
      this.#told = { ready, failed };
    });
    this.#ready.catch(() => undefined); // whoever waits for it is told
    server.on('request', (request, response) => void this.#answer(request, response));
    const { port } = server.address() as AddressInfo;
    this.child = start(`127.0.0.1:${port}`);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.child.on('close', (code) =>
      this.#fail(new Error(`the function has ended (${code}): ${this.output}`)),
    );
  }

  /** @param folder that of the bundle, which the process is started in. @param env all that the function has */
  static async start({
    folder,
    env = {},
  }: {
    folder: string;
    env?: Readonly<Record<string, string>>;
  }): Promise<LambdaEnvironment> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const start = (api: string) =>
      spawn(process.execPath, [BOOTSTRAP], {
        cwd: folder,
        env: {
          ...{ AWS_LAMBDA_RUNTIME_API: api, _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: folder },
          ...{ AWS_REGION: 'us-east-1', TZ: ':UTC', ...env },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    return new LambdaEnvironment(server, start);
  }

  /** When the function was loaded and asked for its first event (`performance.now()`). Rejects where it could not be loaded. */
  ready(): Promise<number> {
    return this.#ready;
  }

  /** One invocation at a time, as everywhere on Lambda. Rejects with the {@link FunctionError} where the function has thrown. */
  invoke(event: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#hand();
    });
  }

  /** Greatest resident memory of the process until now, bytes; Linux only. */
  async peakRssBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  }

  /** What the process has used of the processor until now, ms; Linux only. */
  async cpuMs(): Promise<number> {
    // proc(5): the name, in parentheses, may hold anything; 11 and 12 fields on are the ticks of user and system, 100 a second.
    const stat = await readFile(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  async stop(): Promise<void> {
    const runs = this.child.exitCode === null && this.child.signalCode === null;
    this.child.kill('SIGKILL');
    if (runs) await once(this.child, 'close');
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.startsWith(BASE) ? request.url.slice(BASE.length) : '';
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#next = response;
      this.#told?.ready(performance.now());
      this.#hand();
      return;
    }
    const body = await textOf(request);
    const [, id = '', what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invocation = this.#running.get(id);
    this.#running.delete(id);
    if (what === 'response') invocation?.resolve(JSON.parse(body));
    else if (what === 'error') invocation?.reject(functionError(body));
    else if (path === '/init/error') this.#fail(functionError(body));
    response.writeHead(invocation || path === '/init/error' ? 202 : 404, {
      'content-type': 'application/json',
    });
    response.end('{"status":"OK"}\n');
  }

  /** Hands the next event over, where there is one and the function has asked for it. */
  #hand(): void {
    const next = this.#next;
    const waiting = next && this.#waiting.shift();
    if (!next || !waiting) return;
    this.#next = undefined;
    this.#invocations += 1;
    const id = `00000000-0000-4000-8000-${String(this.#invocations).padStart(12, '0')}`;
    this.#running.set(id, waiting);
    next.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(Date.now() + TIME_LIMIT),
      'lambda-runtime-invoked-function-arn': ARN,
    });
    next.end(JSON.stringify(waiting.event));
  }

  #fail(error: Error): void {
    this.#told?.failed(error);
    for (const { reject } of [...this.#running.values(), ...this.#waiting.splice(0)]) reject(error);
    this.#running.clear();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function functionError(body: string): Error {
  const { errorType, errorMessage } = JSON.parse(body) as FunctionError;
  return Object.assign(new Error(errorMessage), { name: errorType });
}
