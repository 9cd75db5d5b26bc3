import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEvent } from '../target.ts';

const SERVICE = 'orchestrator';
const BATCH = 100;
const BUFFER = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

/**
 * Tells process events as log lines of a service of their own, over OTLP/HTTP, with the line as body. They wait in memory
 * until the collector takes them; a batch that may have been taken is sent again, since a line has an identity (instance
 * and line number).
 */
export class ProcessLog {
  readonly #environment: string;
  readonly #version: string;
  readonly #instance = `${SERVICE}-${randomBytes(4).toString('hex')}`;
  readonly #waiting: { readonly time: number; readonly line: string }[] = [];
  #line = 0;
  #dropped = 0;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor({ environment, version }: { environment: string; version: string }) {
    this.#environment = environment;
    this.#version = version;
  }

  write(event: ProcessEvent): void {
    this.#line += 1;
    const { time } = event;
    const line = JSON.stringify({
      time,
      level: event.type === 'exited' && !event.expected ? 'error' : 'info',
      service: SERVICE,
      version: this.#version,
      instance: this.#instance,
      line: this.#line,
      event: 'process',
      msg: messageOf(event),
      process: processOf(event),
    });
    if (this.#closed || this.#waiting.length >= BUFFER) this.#dropped += 1;
    else this.#waiting.push({ time, line });
  }

  /** From now on there is somebody to send to: `url` is the collector's OTLP/HTTP address. */
  open(url: string): void {
    this.#sending ??= this.#send(`${url}/v1/logs`);
  }

  /** Sends what waits, for at most `timeoutMs` or until `signal` aborts. Returns how many events the collector did not take. */
  async close({
    timeoutMs,
    signal,
  }: {
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  }): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    const mayWait = () => Date.now() < deadline && !signal?.aborted;
    while (this.#sending !== undefined && this.#waiting.length > 0 && mayWait()) await sleep(20);
    this.#closed = true;
    await this.#sending;
    return this.#dropped + this.#waiting.length;
  }

  async #send(url: string): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#closed) {
      const batch = this.#waiting.slice(0, BATCH);
      if (batch.length === 0) {
        await sleep(FIRST_PAUSE_MS / 4);
      } else if (await this.#post(url, batch)) {
        this.#waiting.splice(0, batch.length);
        pause = FIRST_PAUSE_MS;
      } else {
        await sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  async #post(url: string, batch: readonly { time: number; line: string }[]): Promise<boolean> {
    const text = (value: string) => ({ stringValue: value });
    const attributes = Object.entries({
      'service.name': SERVICE,
      'service.version': this.#version,
      'service.instance.id': this.#instance,
      'deployment.environment.name': this.#environment,
    }).map(([key, value]) => ({ key, value: text(value) }));
    const logRecords = batch.map(({ time, line }) => ({ timeUnixNano: `${time}000000`, body: text(line) }));
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] }),
      signal: AbortSignal.timeout(5000),
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  }
}

function processOf(event: ProcessEvent): Record<string, unknown> {
  const { service, replica, pid } = event;
  const action = actionOf(event);
  if (event.type !== 'exited') return { action, service, replica, pid };
  const exitCode = event.code === null ? {} : { exit_code: event.code };
  const signal = event.signal === null ? {} : { signal: event.signal };
  return { action, service, replica, pid, ...exitCode, ...signal };
}

function actionOf(event: ProcessEvent): 'start' | 'restart' | 'stop' | 'exit' | 'oom' {
  if (event.type !== 'exited') return event.type === 'started' ? 'start' : 'restart';
  if (event.oom) return 'oom';
  return event.expected ? 'stop' : 'exit';
}

function messageOf(event: ProcessEvent): string {
  const of = `${event.service} replica ${event.replica}`;
  if (event.type !== 'exited') return `${of} ${event.type}`;
  const how = event.signal === null ? `with code ${event.code}` : `by ${event.signal}`;
  return event.oom ? `${of} ran out of memory` : `${of} ${event.expected ? 'stopped' : 'exited'} ${how}`;
}
