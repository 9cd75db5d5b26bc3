import { Listr, ListrLogger, ProcessOutput } from 'listr2';

/** Says what a step is doing now; cheap, and shown at most as often as is readable. */
export type Update = (text: string) => void;

export interface Step {
  readonly title: string;
  run(update: Update): Promise<string> | Promise<void>;
}

/** Without a terminal, or as JSON, one line in this many ms is enough. */
const PLAIN_INTERVAL_MS = 10_000;

/**
 * Runs the steps one after another and shows them on stderr: as a live list in a terminal, as plain lines elsewhere,
 * as JSON lines with `json`. What a step returns is shown beside its title.
 */
export async function runSteps({
  steps,
  json = false,
}: {
  steps: readonly Step[];
  json?: boolean;
}): Promise<void> {
  if (json) return runAsJson(steps);
  const live = process.stderr.isTTY === true && process.stderr.columns >= 40;
  let failure: unknown;
  const output = new ProcessOutput(process.stderr, process.stderr);
  const list = new Listr(
    steps.map(({ title, run }) => ({
      title,
      task: async (_context, task) => {
        const update: Update = (text) => {
          task.output = text;
        };
        const result = await run(live ? update : throttled(update, PLAIN_INTERVAL_MS)).catch((error) => {
          failure = error; // it is printed once, by whoever catches it
          throw new Error('see below');
        });
        if (result) task.title = `${title}: ${result}`;
      },
    })),
    {
      concurrent: false,
      registerSignalListeners: false,
      renderer: 'default',
      fallbackRenderer: 'simple',
      fallbackRendererCondition: () => !live,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: output }),
        collapseErrors: false,
        showErrorMessage: false,
      },
      fallbackRendererOptions: { logger: new ListrLogger({ processOutput: output }) },
    },
  );
  await list.run().catch((error) => {
    throw failure ?? error;
  });
}

async function runAsJson(steps: readonly Step[]): Promise<void> {
  const say = (value: object) => process.stderr.write(`${JSON.stringify(value)}\n`);
  for (const { title, run } of steps) {
    say({ step: title, state: 'started' });
    const result = await run(
      throttled((text) => say({ step: title, progress: text }), PLAIN_INTERVAL_MS),
    ).catch((error) => {
      say({ step: title, state: 'failed' });
      throw error;
    });
    say({ step: title, state: 'done', ...(result ? { result } : {}) });
  }
}

function throttled(update: Update, intervalMs: number): Update {
  let last = Number.NEGATIVE_INFINITY;
  return (text) => {
    const now = performance.now();
    if (now - last < intervalMs) return;
    last = now;
    update(text);
  };
}
