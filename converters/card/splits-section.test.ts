import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Judge } from '../seal/seal.ts';
import { SPLITS_FILE } from '../split/splits.ts';
import { carded, labelling, SPLITS } from './carded.test-world.ts';

async function sectionOf(t: TestContext, judge: Judge): Promise<string> {
  const { dir } = await carded(t, { judge });
  const card = await readFile(join(dir, 'README.md'), 'utf8');
  return /\n## Splits\n([\s\S]*?)\n## /.exec(card)?.[1] ?? assert.fail('no section of that name');
}

test('that no change is cut by a gap is said where there is a ground truth to see it by, and nowhere else', async (t) => {
  const known = await sectionOf(t, labelling);
  assert.match(known, /no trace reaches over one, and no change with its effect is cut by one/);
  assert.match(known, /labels\/normal\.json/);
  const unknown = await sectionOf(t, async ({ dir }) => {
    await writeFile(join(dir, SPLITS_FILE), JSON.stringify(SPLITS));
    return { forced: [] };
  });
  assert.match(unknown, /and no trace reaches over one\. /);
  assert.match(unknown, /There is no ground truth/);
  assert.doesNotMatch(unknown, /no change|is normal|labels\//);
});
