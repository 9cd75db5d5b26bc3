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
  // A test that was aborted still tears down, as k6 does; only an abort from now on cuts the phase off.
  const kill = test.kill.aborted ? new AbortController().signal : test.kill;
  try {
    const timedOut = await sleepUntil({
      target: now() + timeoutMs,
      signal: AbortSignal.any([done.signal, kill]),
    });
    if (!done.signal.aborted) vu.interruption.abort();
    if (timedOut) throw errors.phaseTimeout(phase, `${timeoutMs} ms`);
    const returned = done.signal.aborted ? await work : undefined;
    vu.emit({ metric: 'data_sent', value: vu.sentBytes });
    vu.emit({ metric: 'data_received', value: vu.receivedBytes });
    return returned === undefined ? undefined : JSON.stringify(returned);
  } finally {
    vu.connections.close();
  }
}
