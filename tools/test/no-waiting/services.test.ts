import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALLOWED, type Allowed } from './allowed.ts';
import { findWaitsAndDice } from './find.ts';
import type { Finding } from './finding.ts';

// What is slow or fails in the storefront must come of a defect: nothing waits for its own sake, nothing is left to chance.

const SERVICES = fileURLToPath(new URL('../../../services/', import.meta.url));
const NOT_RUN = /(^|\/)node_modules\/|^dist\/|^testing\/|\.test\.ts$/;

const sources = readdirSync(SERVICES, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !NOT_RUN.test(path))
  .sort();

const keyOf = ({ file, kind, what, within }: Omit<Allowed, 'times' | 'why'>) =>
  `${file}: ${kind} ${what} in ${within}`;

test('in the services only the payment gateway and library back-off wait, and nothing random decides', async () => {
  assert.ok(sources.length > 45, `${sources.length} sources`);
  const found = new Map<string, Finding[]>();
  for (const file of sources)
    for (const finding of await findWaitsAndDice(readFileSync(join(SERVICES, file), 'utf8'))) {
      const key = keyOf({ file, ...finding });
      found.set(key, [...(found.get(key) ?? []), finding]);
    }
  const allowed = new Map(ALLOWED.map((place) => [keyOf(place), place.times]));
  const beyond = [...found]
    .filter(([key, findings]) => findings.length > (allowed.get(key) ?? 0))
    .map(([key, findings]) => `${key}, line ${findings.map(({ line }) => line).join(', ')}`);
  assert.deepEqual(beyond, [], 'a wait or a draw that is not on the list (tools/test/no-waiting/allowed.ts)');
  const unused = [...allowed].filter(([key, times]) => (found.get(key)?.length ?? 0) < times);
  assert.deepEqual(unused, [], 'on the list, and no longer there: take it off');
});

test('every place on the list has its reason, once', () => {
  for (const { why, ...place } of ALLOWED) assert.match(why, /\w+ \w+ \w+/, keyOf(place));
  assert.equal(new Set(ALLOWED.map(keyOf)).size, ALLOWED.length);
});
