import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { classLayout } from './classes.ts';
import { OCSF_VERSION, SEVERITY, STATUS } from './common.ts';

type Json = Readonly<Record<string, unknown>>;
interface Generated {
  readonly version: string;
  readonly classes: Readonly<
    Record<string, { readonly profiles: readonly string[]; readonly schema: object }>
  >;
  readonly $defs: Readonly<Record<string, object>>;
}

/** The schemas are not themselves looked over, and what is compiled is not made shorter: both take longer than they save. */
const QUICK = { meta: false, validateSchema: false, code: { optimize: false } } as const;
let generated: Generated | undefined;
const compiled = new Map<number, ValidateFunction>();

function schemas(): Generated {
  generated ??= JSON.parse(
    readFileSync(new URL('./generated/ocsf-1.8.0.json', import.meta.url), 'utf8'),
  ) as Generated;
  return generated;
}

function validator(classUid: number): ValidateFunction | undefined {
  const known = compiled.get(classUid);
  if (known) return known;
  const found = schemas().classes[String(classUid)];
  if (!found) return undefined;
  const ajv = new Ajv2020({ strict: false, allErrors: true, ...QUICK });
  const validate = ajv.compile({ ...within(found.schema, placesOf(classUid)), $defs: schemas().$defs });
  compiled.set(classUid, validate);
  return validate;
}

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
  if (schema.$ref) return within(schemas().$defs[schema.$ref.replace('#/$defs/', '')] as Schema, places);
  if (schema.items) return { ...schema, items: within(schema.items, places) };
  const kept = Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const below = places.get(name);
    return below ? [[name, within(value, below)]] : [];
  });
  return { ...schema, properties: Object.fromEntries(kept) };
}

/**
 * What is wrong with an event, each in a line; nothing where it is valid OCSF 1.8.0. The JSON Schema of its class and
 * profiles, and five rules that JSON Schema cannot say.
 */
export function problems(event: Json): string[] {
  const found: string[] = [];
  const classUid = event.class_uid;
  if (typeof classUid !== 'number') return [`class_uid must be a number, got ${String(classUid)}`];
  const metadata = (event.metadata ?? {}) as Json;
  const known = schemas().classes[String(classUid)];
  const profiles = Array.isArray(metadata.profiles) ? (metadata.profiles as unknown[]) : [];
  const unknown = profiles.filter((profile) => !known?.profiles.includes(profile as string));
  if (unknown.length > 0)
    found.push(`metadata.profiles of class ${classUid} may hold ${known?.profiles}, got ${unknown}`);
  if (metadata.version !== OCSF_VERSION)
    found.push(`metadata.version must be ${OCSF_VERSION}, got ${String(metadata.version)}`);
  const typeUid = classUid * 100 + Number(event.activity_id);
  if (event.type_uid !== typeUid)
    found.push(`type_uid must be class_uid * 100 + activity_id = ${typeUid}, got ${String(event.type_uid)}`);
  const time = event.time;
  if (!(Number.isInteger(time) && (time as number) > 1e12 && (time as number) < 1e14))
    found.push(`time must be epoch ms, got ${String(time)}`);
  for (const [name, captions] of [
    ['severity', SEVERITY],
    ['status', STATUS],
  ] as const) {
    const caption = event[name];
    const right = captions[Number(event[`${name}_id`])];
    if (caption !== undefined && right !== undefined && caption !== right)
      found.push(`${name} must be ${right}, got ${String(caption)}`);
  }
  const validate = validator(classUid);
  if (!validate) found.push(`class_uid ${classUid} is none that we emit`);
  else if (!validate(event)) {
    for (const error of validate.errors ?? []) {
      found.push(`${error.instancePath || '(event)'} ${error.message} ${JSON.stringify(error.params)}`);
    }
  }
  return found;
}
