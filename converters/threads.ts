import { Tinypool } from 'tinypool';

export interface Threads<Task, Result> {
  readonly run: (task: Task) => Promise<Result>;
  /** Ends all threads; what they have in hand is given up. */
  readonly close: () => Promise<void>;
}

/** For what a thread has just made, which hardly ever stays: with four times as much, Node's own limit, it is no faster. */
const YOUNG_MIB = 12;

/**
 * Threads that each load `module`, compiled where it can be, and call its default export, which {@link inThread} makes, for every
 * task. Tasks, results and `data` cross by structured clone.
 */
export function threads<Task, Result>({
  module,
  count,
  tasksEach = 1,
  data,
}: {
  /** `file:` URL */
  module: string;
  count: number;
  /** Tasks that a thread has in hand at once. */
  tasksEach?: number;
  data?: unknown;
}): Threads<Task, Result> {
  const started = start();
  started.catch(() => {}); // told by `run`
  return {
    run: async (task) => {
      const answer = (await (await started).run(task)) as Answer<Result>;
      if ('failure' in answer) throw asError(answer.failure);
      return answer.result;
    },
    close: async () => (await started.catch(() => undefined))?.destroy(),
  };

  async function start(): Promise<Tinypool> {
    const { compiled } = await import('./compiled/compiled.ts');
    const filename = (await compiled(module)) ?? import.meta.resolve('./thread.js');
    return new Tinypool({
      ...{ filename, workerData: { module, data } satisfies Started },
      ...{ minThreads: count, maxThreads: count, concurrentTasksPerWorker: tasksEach },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
      // Flags of this process name modules as its own folder has them, which may be another one by now.
      execArgv: [],
    });
  }
}

type Answer<Result> = { readonly result: Result } | { readonly failure: Failure };

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: Failure;
}

/** What `thread.js` gets. */
interface Started {
  readonly module: string;
  readonly data: unknown;
}

/** In a thread: the `data` that it was started with. */
export const threadData = <Data>(): Data => (Tinypool.workerData as Started).data as Data;

/** The thread's side: a structured clone of an error would lose its `code`. */
export const inThread =
  <Task, Result>(work: (task: Task) => Promise<Result>) =>
  async (task: Task): Promise<Answer<Result>> => {
    try {
      return { result: await work(task) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  };

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    ...{ name, message },
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause === undefined ? {} : { cause: failureOf(cause) }),
  };
}

function asError({ cause, ...said }: Failure): Error {
  return Object.assign(new Error(said.message, cause && { cause: asError(cause) }), said);
}
