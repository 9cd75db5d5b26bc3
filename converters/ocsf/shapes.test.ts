import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CLASSES } from './classes.ts';
import { PORT_SLOTS, VALUE_SLOTS } from './shapes.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
const generated = JSON.parse(
  readFileSync(new URL('./generated/ocsf-1.8.0.json', import.meta.url), 'utf8'),
) as {
  classes: Readonly<Record<string, { schema: Schema }>>;
  $defs: Readonly<Record<string, Schema>>;
};
const resolve = (schema: Schema | undefined): Schema =>
  schema?.$ref ? resolve(generated.$defs[schema.$ref.split('/').at(-1) as string]) : (schema ?? {});

test('whatever the schema says of a value, beyond its type, is part of the shape', () => {
  let limited = 0;
  for (const { class_uid, leaves } of CLASSES) {
    for (const { path, slot } of leaves) {
      if (!slot) continue;
      let schema = resolve(generated.classes[class_uid]?.schema);
      for (const step of path.split('.')) {
        schema = resolve(schema.properties?.[step.replace('[]', '')]);
        if (step.endsWith('[]')) schema = resolve(schema.items);
      }
      const { type, ...limits } = schema;
      assert.ok(type, `${class_uid} ${path} has no type in the schema`);
      const said = JSON.stringify(limits);
      if (said === '{}') continue;
      limited += 1;
      const port = said === '{"minimum":0,"maximum":65535}';
      assert.ok((port ? PORT_SLOTS : VALUE_SLOTS).includes(slot), `${class_uid} ${path}: ${slot}, ${said}`);
    }
  }
  assert.ok(limited > 20, String(limited));
});
