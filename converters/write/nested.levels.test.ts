import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows } from '../map/rows.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { eventOf } from '../ocsf/event.ts';
import { Chosen } from './chosen.ts';
import type { Batch } from './encode/batch.ts';
import type { Field } from './encode/file.ts';
import { NestedClass } from './nested.ts';
import type { Json } from './read-rows.test-world.ts';
import { fill } from './some-rows.test-world.ts';

interface Step {
  readonly name: string;
  readonly levels: number;
  readonly list: boolean;
}

/** Ways to the leaves, in their order; a list is two levels more than a struct. */
function waysOf(fields: readonly Field[], above: readonly Step[] = []): Step[][] {
  return fields.flatMap(({ name, list = false, type, children = [] }) => {
    const way = [...above, { name, levels: list ? 3 : 1, list }];
    const element = list ? (children[0]?.children?.[0] ?? assert.fail()) : { type, children };
    return element.type ? [way] : waysOf(element.children ?? [], way);
  });
}

/** As far as an event goes along a way. */
function levelOf(event: Json, way: readonly Step[]): number {
  let at: unknown = event;
  let level = 0;
  for (const { name, levels, list } of way) {
    at = (at as Json)[name];
    if (at === undefined) break;
    level += levels;
    if (list) at = (at as readonly unknown[])[0];
  }
  return level;
}

const greatest = (way: readonly Step[]): number => way.reduce((sum, { levels }) => sum + levels, 0);

function levelIn({ keys, present, floor }: Batch, row: number, way: readonly Step[]): number {
  const key = keys.of[row] as number;
  if (present === true || (present !== false && present[key] === 1)) return greatest(way);
  return typeof floor === 'number' ? floor : (floor[key] as number);
}

for (const templates of [1, 6, 300])
  test(`of ${templates} templates each value has the level up to which its event goes`, () => {
    const rows = new Rows();
    const seen = new Set<number>();
    for (let round = 0; round < 12; round++) {
      rows.clear();
      fill(rows, 300, templates);
      for (const layout of CLASSES) {
        const nested = new NestedClass(layout);
        const all = Array.from({ length: rows.length }, (_, row) => row);
        const chosen = all.filter((row) => rows.value(row, 'class_uid') === layout.class_uid);
        const batches = nested.batches(new Chosen(rows, Int32Array.from(chosen)));
        const ways = waysOf(nested.fields);
        const events = chosen.map((row) => eventOf(rows, row));
        assert.equal(ways.length, batches.length);
        ways.forEach((way, i) => {
          const batch = batches[i] as Batch;
          if (batch.repetition) return; // a list of constants
          events.forEach((event, at) => {
            const level = levelOf(event, way);
            assert.equal(levelIn(batch, at, way), level, way.map(({ name }) => name).join('.'));
            seen.add(greatest(way) - level);
          });
        });
      }
    }
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3]);
  });
