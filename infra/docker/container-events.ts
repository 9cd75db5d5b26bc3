import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { signalNumbered, signalOfExit } from '../events/exit-signal.ts';
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
const KILLED = 128 + constants.signals.SIGKILL;
const ABORTED = 128 + constants.signals.SIGABRT;

interface Facts {
  /** The signal that asks for an end has been sent: what follows is expected. */
  asked: boolean;
  /** The kernel has killed one of its processes for want of memory, not always the one whose end is the container's. */
  oom: boolean;
  /** It has ended and nobody asked for it: the next start is the restart policy's. */
  crashed: boolean;
  pid: number;
}

const UNKNOWN: Facts = { asked: false, oom: false, crashed: false, pid: 0 };

/**
 * Turns the engine's events of one stack's containers into those of its processes.
 *
 *   docker stop, restart, replacement   kill 15 (or the component's stop signal) → die        exited, expected
 *   a crash                             die → start                                            exited, restarted
 *   out of memory                       oom → die by SIGKILL, or die by V8's SIGABRT           exited, oom
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
    events.#handled = events.#know(filters[0] ?? '');
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

  /** Those that run already: their end is told with the id of their process. */
  async #know(filter: string): Promise<void> {
    const ids = await docker(['ps', '--quiet', '--no-trunc', '--filter', filter]).catch(() => '');
    for (const id of ids.split('\n').filter(Boolean))
      this.#containers.set(id, { ...UNKNOWN, pid: await pidOf(id) });
  }

  async #handle({ Action, id, timeNano, Actor: { Attributes } }: EngineEvent): Promise<void> {
    const service = Attributes['storefront.component'] as ComponentName | undefined;
    // What is there or not as somebody likes is no part of the data.
    if (service === undefined || componentOf(service).optional) return;
    const facts = this.#containers.get(id) ?? { ...UNKNOWN };
    this.#containers.set(id, facts);
    const fact = {
      service,
      replica: Number(Attributes['storefront.replica']),
      time: Math.floor(timeNano / 1e6),
    };
    switch (Action) {
      case 'kill': {
        const signal = signalNumbered(Number(Attributes.signal));
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
        const oom = !expected && (await ranOutOfMemory(id, { exit, told: facts.oom }));
        const signal = signalOfExit(exit);
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

/** The kernel kills what is over the container's limit. V8 aborts when its heap is full, and says so. */
async function ranOutOfMemory(
  container: string,
  { exit, told }: { exit: number; told: boolean },
): Promise<boolean> {
  if (exit === KILLED) {
    // the engine may tell of it after the end only
    const state = ['inspect', '--format', '{{.State.OOMKilled}}', container];
    return told || (await docker(state).catch(() => '')).trim() === 'true';
  }
  if (exit !== ABORTED) return false;
  const tail = await docker(['logs', '--tail', '50', container], { both: true }).catch(() => '');
  return /out of memory|heap limit/i.test(tail);
}
