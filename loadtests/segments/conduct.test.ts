import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../converters/store/memory.ts';
import { until } from '../../infra/embedded/testing.ts';
import { type ConductOptions, conduct } from './conduct.ts';
import { untilDrained } from './drain.ts';
import { type Launcher, patiently } from './launcher.ts';
import { LoadObjects } from './objects.ts';

const RUN = 'r-conduct';
/** Longer than any test. */
const NEVER_MS = 3_600_000;
const JOB = {
  scenario: '01-steady',
  segments: 2,
  runner: 'node',
  env: { FAULTLINE_DURATION: '1s' },
} as const;

/** Parts that are ready at once, take back what they are told to, and do nothing else until they are stopped. */
function idle() {
  const raw = new MemoryStore();
  const ends = new Map<string, string>();
  const started: string[] = [];
  const launcher: Launcher = {
    async start({ part, load }) {
      started.push(part);
      const objects = new LoadObjects({ raw, runId: RUN, load });
      if (/^\d/.test(part)) await objects.put(Number(part), { state: 'ready', counters: null });
      if (part === 'revert') await objects.put('reverted', {});
      return {
        name: part,
        stop: async () => {
          ends.set(part, 'stopped');
        },
      };
    },
    ended: async (parts) => parts.map(({ name }) => ends.get(name)),
  };
  const objects = () => LoadObjects.ordered({ raw, runId: RUN });
  const end = async (segment: number, exit_code: number) => {
    const over = { state: 'ended', exit_code, runner: 'node', runner_version: '1', log: '' } as const;
    await (await objects()).put(segment, { ...over, progress: null });
    ends.set(String(segment), `exit code ${exit_code}`);
  };
  const start = (options: Partial<ConductOptions> = {}) =>
    conduct({
      ...{ raw, runId: RUN, job: JOB, launcher, signal: new AbortController().signal, pollMs: 1 },
      ...options,
    });
  const has = async (name: 'go' | 'stop') => {
    const load = await objects().catch(() => undefined);
    return load && (await load.get(name as 'stop'));
  };
  return { raw, launcher, started, start, end, has };
}

test('each Ctrl-C is told at once, however long it is until the next look', async () => {
  const made = idle();
  const [stop, cutOff] = [new AbortController(), new AbortController()];
  const conducted = made.start({ signal: stop.signal, cutOff: cutOff.signal, pollMs: NEVER_MS });
  await until('go', () => made.has('go'));
  stop.abort();
  await until('stop', () => made.has('stop'));
  await made.end(1, 105);
  await made.end(2, 105);
  cutOff.abort();
  const { segments } = await conducted;
  assert.deepEqual(
    segments.map(({ exit_code }) => exit_code),
    [105, 105],
  );
  assert.deepEqual(await made.has('stop'), { cut_off: true });
});

test('looks that fail are made again', async () => {
  const made = idle();
  let [looks, throttled] = [0, 0];
  const launcher: Launcher = {
    ...made.launcher,
    async ended(parts) {
      looks += 1;
      if (looks % 2 === 0) return made.launcher.ended(parts);
      throttled += 1;
      throw new Error('ThrottlingException: Rate exceeded');
    },
  };
  const conducted = made.start({ launcher });
  await until('go', () => made.has('go'));
  const before = throttled;
  await until('more of them', () => throttled > before + 2);
  await made.end(1, 0);
  await made.end(2, 0);
  assert.equal((await conducted).segments.length, 2);
});

test('a look that fails for too long is the failure', async () => {
  const failing = () => Promise.reject(new Error('ThrottlingException'));
  assert.equal(await patiently(failing, NEVER_MS)(), undefined);
  await assert.rejects(patiently(failing, 0)(), /ThrottlingException/);
});

test('a segment that fails, with its points, ends the others in order', async () => {
  const made = idle();
  const conducted = made.start();
  await until('go', () => made.has('go'));
  await made.end(1, 107);
  await until('stop', () => made.has('stop'));
  await made.end(2, 105);
  const { segments } = await conducted;
  assert.deepEqual(
    segments.map(({ exit_code }) => exit_code),
    [107, 105],
  );
});

test('crossed thresholds of one segment end no other', async () => {
  const made = idle();
  const conducted = made.start();
  await until('go', () => made.has('go'));
  await made.end(1, 99);
  await made.end(2, 0);
  await conducted;
  assert.equal(await made.has('stop'), undefined);
});

test('segments that never end are stopped some time after the traffic should be over, and changes taken back', async () => {
  const made = idle();
  await assert.rejects(made.start({ limits: { overtime: -NEVER_MS, stop: 0, killed: 0 } }), {
    code: 'LOAD_TASK_FAILED',
    message: /^segment 1 of 2 must leave its points, 1 was not ended in time$/,
  });
  assert.deepEqual(made.started, ['1', '2', 'revert']);
  assert.deepEqual(await made.launcher.ended([{ name: '1', stop: async () => {} }]), ['stopped']);
});

test('what cannot be taken back is told with the failure', async () => {
  const made = idle();
  const launcher: Launcher = {
    ...made.launcher,
    async start(part) {
      if (part.part === 'revert') throw new Error('no capacity');
      return made.launcher.start(part);
    },
  };
  await assert.rejects(made.start({ launcher, limits: { overtime: -NEVER_MS, stop: 0, killed: 0 } }), {
    code: 'LOAD_TASK_FAILED',
    message: /1 was not ended in time; what it has changed must be taken back, .*no capacity/,
  });
});

test('a task that never says that all is in the raw bucket is given up', async () => {
  const made = idle();
  const { raw, launcher } = made;
  await new LoadObjects({ raw, runId: RUN, load: 'l' }).put('job', { load: 'l', ...JOB });
  const { signal } = new AbortController();
  await assert.rejects(untilDrained({ raw, launcher, runId: RUN, signal, withinMs: -1 }), {
    code: 'LOAD_TASK_FAILED',
    message: /drain has not in time$/,
  });
});
