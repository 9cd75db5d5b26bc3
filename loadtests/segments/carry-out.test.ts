import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { MemoryStore } from '../../converters/store/memory.ts';
import { carryOut } from './carry-out.ts';
import { LoadObjects } from './objects.ts';

const JOB = { load: 'l1', scenario: '01-steady', segments: 1, runner: 'node', env: {} } as const;
const REFUSED: [object, RegExp][] = [
  [{ ...JOB, scenario: '../../x' }, /must have a scenario such as 01-steady, got "\.\.\/\.\.\/x"/],
  [{ ...JOB, env: { NODE_OPTIONS: '--import x' } }, /variables begin with FAULTLINE_, got "NODE_OPTIONS"/],
  [{ ...JOB, load: 'l2' }, /must have the load l1 of 1 segments or more/],
  [{ ...JOB, segments: 0 }, /must have the load l1 of 1 segments or more/],
];

for (const [job, message] of REFUSED) {
  test(`a segment does not carry out ${JSON.stringify(job)}`, async () => {
    const [raw, runId] = [new MemoryStore(), 'r1'];
    const objects = new LoadObjects({ raw, runId, load: 'l1' });
    await objects.put('job', job as typeof JOB);
    const carried = carryOut({
      ...{ raw, runId, objects, segment: 1, env: {}, folder: tmpdir() },
      ...{ collectorCountersUrl: 'http://127.0.0.1:1', signal: new AbortController().signal },
      scriptOf: () => assert.fail('a script was looked for'),
    });
    await assert.rejects(carried, { code: 'LOAD_NOT_ORDERED', message });
    assert.equal(await objects.get(1), undefined);
  });
}
