import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ProcessEvent } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { docker } from './engine.ts';

/** What the engine says of a container, `docker events --format '{{json .}}'`. */
interface EngineEvent {
  readonly Action: string;
  readonly id: string;
  readonly timeNano: number;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

const ACTIONS = ['start', 'die', 'kill', 'oom', 'destroy'];
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  2: 'SIGINT',
  3: 'SIGQUIT',
  9: 'SIGKILL',
  15: 'SIGTERM',
};

interface Facts {
  /** The signal that asks for an end has been sent: what follows is expected. */
  asked: boolean;
  oom: boolean;
  /** It has ended and nobody asked for it: the next start is the restart policy's. */
  crashed: boolean;
  pid: number;
}

/**
 * Turns the engine's events of one stack's containers into those of its processes.
 *
 *   docker stop, restart, replacement   kill 15 (or the component's stop signal) → die        exited, expected
 *   a crash                             die → start                                            exited, restarted
 *   out of memory                       oom → die, or die with V8's abort code                 exited, oom
 */
export class ContainerEvents {
  readonly #child: ChildProcess;
  readonly #onEvent: (event: ProcessEvent) => void;
  readonly #containers = new Map<string, Facts>();
  /** One after the other: a pid is asked for between a start and what follows. */
  #handled: Promise<void> = Promise.resolve();

  private constructor(child: ChildProcess, onEvent: (event: ProcessEvent) => void) {
    this.#child = child;
    this.#onEvent = onEvent;
  }

  /** Events from now on. */
  static async follow({
    stackLabel,
    onEvent,
  }: {
    stackLabel: string;
    onEvent: (event: ProcessEvent) => void;
  }): Promise<ContainerEvents> {
    const since = (Date.now() / 1000).toFixed(3);
    const filters = [
      `label=storefront.stack=${stackLabel}`,
      'type=container',
      ...ACTIONS.map((action) => `event=${action}`),
    ];
    const child = spawn(
      'docker',
      [
        'events',
        '--since',
        since,
        '--format',
        '{{json .}}',
        ...filters.flatMap((filter) => ['--filter', filter]),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(child, 'spawn');
    const events = new ContainerEvents(child, onEvent);
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      events.#handled = events.#handled.then(() => events.#handle(JSON.parse(line) as EngineEvent));
    });
    return events;
  }

  /** What the engine has told by now is handed on. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.kill();
      await closed;
    }
    await this.#handled;
  }

  async #handle({ Action, id, timeNano, Actor: { Attributes } }: EngineEvent): Promise<void> {
    const service = Attributes['storefront.component'] as ComponentName | undefined;
    if (service === undefined) return;
    const facts = this.#containers.get(id) ?? { asked: false, oom: false, crashed: false, pid: 0 };
    this.#containers.set(id, facts);
    const fact = {
      service,
      replica: Number(Attributes['storefront.replica']),
      time: Math.floor(timeNano / 1e6),
    };
    switch (Action) {
      case 'kill': {
        const signal = SIGNALS[Attributes.signal ?? ''];
        if (signal !== undefined && componentOf(service).stop.signals.includes(signal)) facts.asked = true;
        break;
      }
      case 'oom':
        facts.oom = true;
        break;
      case 'start': {
        facts.pid = await pidOf(id);
        const version = Attributes['storefront.version'] ?? '';
        this.#onEvent({ type: facts.crashed ? 'restarted' : 'started', ...fact, pid: facts.pid, version });
        Object.assign(facts, { asked: false, oom: false, crashed: false });
        break;
      }
      case 'die': {
        const exit = Number(Attributes.exitCode);
        const expected = facts.asked || (componentOf(service).role === 'task' && exit === 0);
        const oom = facts.oom || (!expected && (await ranOutOfHeap(id, exit)));
        const signal = exit > 128 ? (SIGNALS[exit - 128] ?? null) : null;
        this.#onEvent({
          type: 'exited',
          ...fact,
          pid: facts.pid,
          code: signal ? null : exit,
          signal,
          oom,
          expected,
        });
        facts.crashed = !expected;
        break;
      }
      case 'destroy':
        this.#containers.delete(id);
        break;
    }
  }
}

/** 0 for one that has ended before it could be asked for. */
async function pidOf(container: string): Promise<number> {
  const text = await docker(['inspect', '--format', '{{.State.Pid}}', container]).catch(() => '0');
  return Number(text.trim());
}

/** V8 aborts (SIGABRT) when its heap is full, and says so. */
async function ranOutOfHeap(container: string, exit: number): Promise<boolean> {
  if (exit !== 134) return false;
  const tail = await docker(['logs', '--tail', '50', container], { both: true }).catch(() => '');
  return /out of memory|heap limit/i.test(tail);
}
