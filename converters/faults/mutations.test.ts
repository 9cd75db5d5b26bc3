import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { threads } from '../threads.ts';
import type { Task, Told } from './mutations.thread.ts';
import { numberOf } from './number.test-world.ts';

const SEED = 20261127;
const MUTATIONS = numberOf('FAULTLINE_FUZZ', 2_000);
/** A reader that says nothing for so long hangs; the slowest of all takes a thousandth of it. */
const HANGS_AFTER_MS = 60_000;

async function watched<T>(answer: Promise<T>, what: string, afterMs = HANGS_AFTER_MS): Promise<T> {
  const over = new AbortController();
  const hangs = wait(afterMs, undefined, { signal: over.signal }).then(
    () => assert.fail(`${what} hangs`),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([answer, hangs]);
  } finally {
    over.abort();
  }
}

test(`${MUTATIONS} wounded inputs of every form: nothing crashes or hangs, what cannot be read is refused, and the ledger holds`, async (t) => {
  const { run, close } = threads<Task, Told>({
    module: import.meta.resolve('./mutations.thread.ts'),
    count: 1,
  });
  t.after(close);
  const forms = new Map<string, { count: number; refused: number; rejected: number }>();
  let [slowest, first]: (Told | undefined)[] = [];
  for (let n = 0; n < MUTATIONS; n++) {
    const told = await watched(run({ n, seed: SEED }), `wound ${n} of seed ${SEED}`);
    assert.equal(told.wrong, null, `wound ${n} of seed ${SEED}, ${told.name}`);
    const form = forms.get(told.name) ?? { count: 0, refused: 0, rejected: 0 };
    form.count++;
    form.refused += told.refused === null ? 0 : 1;
    form.rejected += told.rejected;
    forms.set(told.name, form);
    const name = `${told.name}, wound ${n}`;
    if (!slowest || told.steadyMs > slowest.steadyMs) slowest = { ...told, name };
    if (!first || told.ms > first.ms) first = { ...told, name };
  }
  const sealed: string[] = [];
  for (const seal of ['own', 'foreign'] as const) {
    const told = await watched(run({ seal }), `sealing ${seal}`, 10 * HANGS_AFTER_MS); // of all that was read
    assert.equal(told.wrong, null, told.name);
    assert.ok(told.read > 0 && told.rejected > 0);
    sealed.push(`${seal}: ${told.read} records read, ${told.rejected} rejected`);
  }
  for (const [name, { refused, rejected }] of forms)
    assert.ok(refused + rejected > 0 || name === 'sums', name);
  t.diagnostic(
    `seed ${SEED}: ${MUTATIONS} of ${forms.size} forms; the slowest took ${slowest?.steadyMs.toFixed(0)} ms of the processor (${slowest?.name}), ` +
      `at its first sight ${first?.ms.toFixed(0)} ms (${first?.name}); ` +
      `in the ledger ${sealed.join('; ')}`,
  );
});
