import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { putRaw } from './dataset.ts';
import { type Measured, measurePhase } from './phase.ts';

/** Requests; 9.3 rows each. Large enough that the row groups of the largest files have filled once. */
const FEW = 10_000;
const TIMES = 5;
/**
 * How much more memory above the idle process five times the input may take. Converting holds a few raw objects at once, and what is
 * garbage but not collected yet.
 * Sealing holds a row group in the making for every file, and not all of them are full at the smaller input.
 */
const LIMITS = { convert: 1.75, seal: 1.85 } as const;
/** And at the most above the idle process, whatever the smaller input takes, MiB. */
const MOST = { convert: 100, seal: 190 } as const;

const above = ({ peakRssBytes, idleRssBytes }: Measured): number => peakRssBytes - idleRssBytes;
const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

async function bothPhases(dir: string, requests: number): Promise<Record<keyof typeof LIMITS, Measured>> {
  return {
    convert: await measurePhase({ phase: 'convert', dir, requests }),
    seal: await measurePhase({ phase: 'seal', dir, requests }),
  };
}

test('memory follows what is in the making, not how long the run was', async (t) => {
  const [small, large] = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'memory-'))));
  assert.ok(small && large);
  t.after(async () => {
    await rm(small, { recursive: true, force: true });
    await rm(large, { recursive: true, force: true });
  });
  const measured = async (dir: string, requests: number) => {
    await putRaw({ dir, requests });
    return bothPhases(dir, requests);
  };
  const [few, many] = await Promise.all([measured(small, FEW), measured(large, TIMES * FEW)]);
  for (const [phase, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][]) {
    assert.equal(many[phase].rows, TIMES * few[phase].rows);
    const [a, b] = [above(few[phase]), above(many[phase])];
    t.diagnostic(`${phase}: ${mib(a)} for ${few[phase].rows} rows, ${mib(b)} for ${many[phase].rows}`);
    assert.ok(b < MOST[phase] << 20, `${phase}: ${mib(b)} is more than ${MOST[phase]} MiB`);
    assert.ok(b < limit * a, `${phase}: ${mib(b)} is more than ${limit} times ${mib(a)}`);
  }
});
