import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { classLayout } from './classes.ts';
import { ocsfSchemas } from './schemas.ts';

let compiler: Ajv2020 | undefined;

/** Of one class, by its `class_uid`; undefined where it is none that we emit. The Lambda function's bundle has them compiled. */
export function validatorOf(classUid: number): ValidateFunction | undefined {
  compiler ??= ocsfCompiler({ code: { optimize: false } });
  return compiler.getSchema(schemaOf(classUid));
}

/** All classes as parts of one schema, so that what they have in common is compiled once. */
export function ocsfCompiler(options: Options): Ajv2020 {
  const { $defs, classes } = ocsfSchemas();
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, meta: false, ...options });
  const parts = Object.entries(classes).map(([uid, { schema }]) => [
    `class_${uid}`,
    within(schema, placesOf(Number(uid))),
  ]);
  ajv.addSchema({ $id: 'ocsf', $defs: { ...$defs, ...Object.fromEntries(parts) } });
  return ajv;
}

/** Name of a class's schema in the compiler. */
export const schemaOf = (classUid: number | string): string => `ocsf#/$defs/class_${classUid}`;

/** Attribute → what there may be below it. */
interface Places extends Map<string, Places> {}
interface Schema {
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The attributes that events of ours of a class may have. */
function placesOf(classUid: number): Places {
  const places: Places = new Map();
  for (const { path } of [...classLayout(classUid).leaves, { path: 'unmapped' }]) {
    let at = places;
    for (const step of path.split('.')) {
      const name = step.replace('[]', '');
      at = at.get(name) ?? (at.set(name, new Map()).get(name) as Places);
    }
  }
  return places;
}

/**
 * The schema as far as `places` go: any other attribute is refused as one that the schema does not know. Compiling all that OCSF
 * allows at each place takes a second a class.
 */
function within(schema: Schema, places: Places): Schema {
  if (places.size === 0) return schema;
  if (schema.$ref) return within(ocsfSchemas().$defs[schema.$ref.replace('#/$defs/', '')] as Schema, places);
  if (schema.items) return { ...schema, items: within(schema.items, places) };
  const kept = Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const below = places.get(name);
    return below ? [[name, within(value, below)]] : [];
  });
  return { ...schema, properties: Object.fromEntries(kept) };
}
