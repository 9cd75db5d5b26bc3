import { errors } from '../errors.ts';
import { now, sleepUntil } from './clock.ts';
import type { TestRun } from './test.ts';
import { currentVu } from './vu.ts';

/**
 * Runs setup or teardown in a VU of its own (id 0), tagged with k6's group name for it.
 * @returns what the function returned, as JSON text; undefined if it returned nothing
 */
export async function runPhase({
  test,
  phase,
  timeoutMs,
  data,
}: {
  test: TestRun;
  phase: 'setup' | 'teardown';
  timeoutMs: number;
  data?: string | undefined;
}): Promise<string | undefined> {
  const vu = test.createVu(undefined, data);
  vu.group = `::${phase}`;
  const done = new AbortController();
  const work = currentVu.run(vu, async () => test.script[phase]?.(vu.data)).finally(() => done.abort());
  work.catch(() => {});
  try {
    const signal = AbortSignal.any([done.signal, test.kill]);
    if (await sleepUntil({ target: now() + timeoutMs, signal })) {
      vu.interruption.abort();
      throw errors.phaseTimeout(phase, `${timeoutMs} ms`);
    }
    if (!done.signal.aborted) vu.interruption.abort();
    const returned = await work;
    vu.emit({ metric: 'data_sent', value: vu.sentBytes });
    vu.emit({ metric: 'data_received', value: vu.receivedBytes });
    return returned === undefined ? undefined : JSON.stringify(returned);
  } finally {
    vu.connections.close();
  }
}
