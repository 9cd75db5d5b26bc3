import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapObject } from '../map/map-object.test-world.ts';
import { onePiece } from '../read/raw-object.ts';
import { FLAT_COLUMNS } from './columns.ts';
import { EVERY_KIND } from './every-kind.test-world.ts';
import { flatRowsOf } from './rows-of.test-world.ts';

/** Kind → the columns that it fills in at least one of its events. */
function filledColumns(): Map<string, Set<string>> {
  const filled = new Map<string, Set<string>>();
  for (const { key, bytes } of EVERY_KIND) {
    const { signal, bytes: unpacked, refused } = onePiece({ key, packed: bytes });
    assert.deepEqual(refused, []);
    const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
    const { rows } = mapObject({ bytes: unpacked, signal, window });
    for (const { event_kind, ...values } of flatRowsOf(rows)) {
      const columns = filled.get(String(event_kind)) ?? new Set(['event_kind']);
      for (const name of Object.keys(values)) columns.add(name);
      filled.set(String(event_kind), columns);
    }
  }
  return filled;
}

const stands = (pattern: string, kind: string): boolean =>
  pattern === '*' || pattern === kind || (pattern.endsWith('.*') && kind.startsWith(pattern.slice(0, -1)));

test('the kinds that a column names are those that fill it', () => {
  const filled = filledColumns();
  const wrong: string[] = [];
  for (const { name, kinds } of FLAT_COLUMNS) {
    const said = [...filled.keys()].filter((kind) => kinds.some((pattern) => stands(pattern, kind)));
    const real = [...filled.keys()].filter((kind) => filled.get(kind)?.has(name));
    const missing = real.filter((kind) => !said.includes(kind));
    const idle = said.filter((kind) => !real.includes(kind));
    if (missing.length + idle.length > 0)
      wrong.push(`${name}: also filled by [${missing}]; not filled by [${idle}]`);
    for (const pattern of kinds)
      if (![...filled.keys()].some((kind) => stands(pattern, kind)))
        wrong.push(`${name}: no kind is ${pattern}`);
  }
  assert.deepEqual(wrong, []);
});
