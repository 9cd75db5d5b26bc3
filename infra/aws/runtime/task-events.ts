import { signalOfExit } from '../../events/exit-signal.ts';
import type { ProcessEvent } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import { componentOf } from '../../topology.ts';
import { componentNamed } from './names.ts';
import type { TaskContainer, TaskState } from './task-state.ts';

/** ECS tells no process id. */
const PID = 0;
/** Somebody asked for it: StopTask, or a service that is updated or scaled. All the others come by themselves. */
const ASKED: ReadonlySet<string> = new Set(['UserInitiated', 'ServiceSchedulerInitiated']);

interface Known {
  readonly service: ComponentName;
  readonly replica: number;
  version: number;
  /** Epoch ms. */
  readonly startedMs: number;
}

/**
 * Turns the states of one stack's tasks into what happened to its processes. They come in any order, and some twice.
 *
 *   RUNNING                                       started; restarted, after an exit that nobody asked for
 *   STOPPED by UserInitiated, by the scheduler    exited, expected; not when it stopped what failed its health check
 *   STOPPED by EssentialContainerExited           exited, with its code; of a task that is done with code 0, expected
 *   STOPPED by TaskFailedToStart                  nothing: there was no process
 *
 * An exit is told with the first state that has its code, which is DEPROVISIONING: STOPPED may come after the RUNNING of
 * what replaces the task.
 */
export class TaskEvents {
  readonly #prefix: string;
  readonly #running = new Map<string, Known>();
  /** Tasks whose end has been told: a state may come twice, or late. */
  readonly #ended = new Set<string>();
  /** Replicas that nothing has replaced yet. */
  readonly #crashed = new Map<ComponentName, Set<number>>();

  constructor({ prefix }: { prefix: string }) {
    this.#prefix = prefix;
  }

  /** @param version release of the service, for `started` */
  note(task: TaskState, version: string): ProcessEvent[] {
    const service = this.componentOf(task);
    if (service === undefined || this.#ended.has(task.taskArn) || task.startedAt === undefined) return [];
    const known = this.#running.get(task.taskArn);
    if (known && task.version <= known.version) return [];
    if (known) known.version = task.version;
    const started = known ? [] : this.#started({ task, service, version });
    const container = task.containers.find(({ name }) => name === service);
    if (!hasEnded(task, container)) return started;
    return [...started, this.#exited({ task, container })];
  }

  /** A task that ran before anybody looked: its end is told, its start is not. */
  know(task: TaskState): void {
    this.note(task, '');
  }

  /** Undefined for what is not part of the data: other tasks, and what is there or not as somebody likes. */
  componentOf({ group, taskDefinitionArn }: TaskState): ComponentName | undefined {
    const family = /task-definition\/([^:]+):\d+$/.exec(taskDefinitionArn)?.[1];
    const [, service = family ?? ''] = /^service:(.+)$/.exec(group) ?? [];
    const name = componentNamed(this.#prefix, service);
    return name === undefined || componentOf(name).optional ? undefined : name;
  }

  #started({
    task,
    service,
    version,
  }: {
    task: TaskState;
    service: ComponentName;
    version: string;
  }): ProcessEvent[] {
    const crashed = Math.min(...(this.#crashed.get(service) ?? []));
    const restarted = Number.isFinite(crashed);
    const replica = restarted ? crashed : this.#free(service);
    this.#crashed.get(service)?.delete(replica);
    const time = Date.parse(task.startedAt ?? '');
    this.#running.set(task.taskArn, { service, replica, version: task.version, startedMs: time });
    return [{ type: restarted ? 'restarted' : 'started', service, replica, pid: PID, time, version }];
  }

  #of(service: ComponentName): Known[] {
    return [...this.#running.values()].filter((known) => known.service === service);
  }

  #free(service: ComponentName): number {
    const taken = new Set(this.#of(service).map(({ replica }) => replica));
    let replica = 1;
    while (taken.has(replica)) replica += 1;
    return replica;
  }

  #exited({ task, container }: { task: TaskState; container: TaskContainer | undefined }): ProcessEvent {
    const { service, replica } = this.#running.get(task.taskArn) as Known;
    this.#running.delete(task.taskArn);
    this.#ended.add(task.taskArn);
    const time = Date.parse(task.executionStoppedAt ?? task.stoppedAt ?? '');
    const expected = wasAsked({ task, service, exitCode: container?.exitCode });
    // what replaces it may have been told of already
    if (!expected && !this.#of(service).some(({ startedMs }) => startedMs > time)) {
      const crashed = this.#crashed.get(service) ?? new Set();
      this.#crashed.set(service, crashed.add(replica));
    }
    const signal = signalOfExit(container?.exitCode ?? 0);
    return {
      type: 'exited',
      ...{ service, replica, pid: PID },
      time,
      code: signal ? null : (container?.exitCode ?? null),
      signal,
      oom: !expected && ranOutOfMemory({ service, task, container, signal }),
      expected,
    };
  }
}

const hasEnded = (
  { lastStatus, executionStoppedAt, stopCode }: TaskState,
  container: TaskContainer | undefined,
): boolean =>
  lastStatus === 'STOPPED' ||
  (executionStoppedAt !== undefined && stopCode !== undefined && container?.exitCode !== undefined);

function wasAsked({
  task: { stopCode = '', stoppedReason = '' },
  service,
  exitCode,
}: {
  task: TaskState;
  service: ComponentName;
  exitCode: number | undefined;
}): boolean {
  if (stopCode === 'EssentialContainerExited') return componentOf(service).role === 'task' && exitCode === 0;
  return ASKED.has(stopCode) && !/failed .*health checks/i.test(stoppedReason);
}

const OUT_OF_MEMORY = /OutOfMemory/i;

/**
 * The kernel's kill for want of memory has a reason, or at least its signal, which nobody else sends without being asked to,
 * unless it is the container beside it that ran out and took it along. V8 aborts when its heap is full, and a Node.js program
 * aborts for hardly anything else (the log, which says so, is not at hand).
 */
function ranOutOfMemory({
  service,
  task,
  container,
  signal,
}: {
  service: ComponentName;
  task: TaskState;
  container: TaskContainer | undefined;
  signal: NodeJS.Signals | null;
}): boolean {
  if (OUT_OF_MEMORY.test(container?.reason ?? '')) return true;
  if (signal === 'SIGKILL') return !task.containers.some(({ reason = '' }) => OUT_OF_MEMORY.test(reason));
  return signal === 'SIGABRT' && componentOf(service).program === 'node';
}
