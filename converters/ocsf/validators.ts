import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { ocsfSchemas } from './schemas.ts';

let compiler: Ajv2020 | undefined;

/**
 * Of one class, by its `class_uid`; undefined where it is none that we emit. The first of a process takes a quarter of a second, the
 * others little, since they share what is compiled. (The Lambda function's bundle has them compiled.)
 */
export function validatorOf(classUid: number): ValidateFunction | undefined {
  compiler ??= ocsfCompiler({ code: { optimize: false } });
  return compiler.getSchema(schemaOf(classUid));
}

/** All classes as parts of one schema, so that what they have in common is compiled once. */
export function ocsfCompiler(options: Options): Ajv2020 {
  const { $defs, classes } = ocsfSchemas();
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, meta: false, ...options });
  const parts = Object.entries(classes).map(([uid, { schema }]) => [`class_${uid}`, schema]);
  ajv.addSchema({ $id: 'ocsf', $defs: { ...$defs, ...Object.fromEntries(parts) } });
  return ajv;
}

/** Name of a class's schema in the compiler. */
export const schemaOf = (classUid: number | string): string => `ocsf#/$defs/class_${classUid}`;
