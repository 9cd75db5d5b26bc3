import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertRun } from '../convert.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND, EVERY_KIND_RUN as record } from '../write/every-kind.test-world.ts';
import { type Judgement, sealRun } from './seal.ts';

const KEY = `${record.run_id}/manifest.json`;

/** Tells nobody whether there is a manifest until two have asked: then both believe that there is none. */
class Meeting extends MemoryStore {
  asked = 0;
  #meet = () => {};
  readonly #met = new Promise<void>((resolve) => {
    this.#meet = resolve;
  });
  override async head(key: string) {
    if (key !== KEY) return super.head(key);
    this.asked += 1;
    if (this.asked === 2) this.#meet();
    await this.#met;
    return super.head(key);
  }
}

async function sealTwice(...judgements: readonly Judgement[]) {
  const [raw, datasets] = [new MemoryStore(), new Meeting()];
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record });
  const sealed = await Promise.allSettled(
    judgements.map((judgement) => sealRun({ raw, datasets, record, judge: async () => judgement })),
  );
  assert.equal(datasets.asked, 2);
  const manifest = JSON.parse(Buffer.from(await datasets.get(KEY)).toString('utf8')) as Judgement;
  return { sealed, manifest };
}

test('two that seal the same run at once both succeed, with one dataset', async () => {
  const { sealed, manifest } = await sealTwice({ forced: [] }, { forced: [] });
  for (const one of sealed) assert.deepEqual(one, { status: 'fulfilled', value: manifest });
});

test('of two that judge it differently one publishes, and the other is told what differs', async () => {
  const { sealed, manifest } = await sealTwice({ forced: [] }, { forced: ['conservation'] });
  const won = sealed.findIndex(({ status }) => status === 'fulfilled');
  const [winner, loser] = [sealed[won], sealed[1 - won]];
  assert.ok(winner?.status === 'fulfilled' && loser?.status === 'rejected');
  assert.deepEqual(winner.value, manifest);
  assert.equal(loser.reason.code, 'MANIFEST_DIFFERS');
  assert.match(loser.reason.message, /its forced differs/);
});
