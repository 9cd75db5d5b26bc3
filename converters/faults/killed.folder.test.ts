import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolder } from '../../tools/cli/testing/command.ts';
import { seeded } from '../bench/telemetry.ts';
import { openStore } from '../store/open.ts';
import {
  COMMANDS,
  type CommandName,
  command,
  made,
  type Place,
  putRun,
  removeMade,
  seenByReaders,
  toTheEnd,
} from './killed.test-world.ts';
import { numberOf } from './number.test-world.ts';

const SEED = 20261127;
const POINTS = numberOf('FAULTLINE_KILLS', 5);

async function place(t: TestContext): Promise<Place> {
  const folder = await makeFolder(t);
  const [raw, datasets] = [join(folder, 'raw'), join(folder, 'datasets')];
  return {
    ...{ folder, raw: openStore(raw), datasets: openStore(datasets) },
    ...{ url: { raw, datasets }, options: [], env: {} },
  };
}

/** Its work, from the first step on: ms; undefined where it was killed on the way. */
async function work(of: Place, name: CommandName, workers: number, killAfterMs?: number) {
  let began = 0;
  let timer: NodeJS.Timeout | undefined;
  const { child, ended } = command({
    ...{ place: of, name, workers },
    onLine: (line) => {
      if (began > 0 || !line.includes('"state":"started"')) return;
      began = performance.now();
      if (killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    },
  });
  const { code, stderr } = await ended;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL') return undefined;
  assert.equal(code, 0, stderr);
  return performance.now() - began;
}

test(`kill -9 at ${POINTS} seeded moments of converting and sealing over a folder: no reader sees a part, and what follows makes the same files`, async (t) => {
  const of = await place(t);
  await putRun(of);
  const took = { convert: 0, seal: 0 };
  for (const name of COMMANDS) took[name] = (await work(of, name, 1)) ?? 0;
  const whole = await made(of);
  assert.ok(whole.size > 20);

  const random = seeded(SEED);
  const seen = { convert: 0, seal: 0, sealed: 0, ended: 0 };
  for (let attempt = 0; seen.convert + seen.seal < POINTS; attempt++) {
    assert.ok(attempt < 3 * POINTS + 10, `it was over before it was killed: ${JSON.stringify(seen)}`);
    const [moment, workers] = [random() * (took.convert + took.seal), random() < 0.5 ? 1 : 2];
    const name = moment < took.convert ? 'convert' : 'seal';
    await removeMade(of);
    if (name === 'seal') await toTheEnd.convert(of);
    const after = name === 'seal' ? moment - took.convert : moment;
    if ((await work(of, name, workers, after)) !== undefined) {
      seen.ended++;
      continue;
    }
    seen[name]++;
    if (await seenByReaders(of, whole)) seen.sealed++;
    for (const each of COMMANDS) await toTheEnd[each](of);
    assert.deepEqual(await made(of), whole, `killed in ${name} after ${after} ms`);
  }
  t.diagnostic(
    `seed ${SEED}: ${POINTS} kills, ${seen.convert} in convert and ${seen.seal} in seal, ` +
      `${seen.sealed} of these when the dataset was there; ${seen.ended} came too late and are not counted`,
  );
});
