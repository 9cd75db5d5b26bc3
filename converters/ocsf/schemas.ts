import { readFileSync } from 'node:fs';

/** The JSON Schemas of the OCSF classes, as `generate.py` has made them. */
export interface OcsfSchemas {
  readonly version: string;
  readonly classes: Readonly<
    Record<string, { readonly profiles: readonly string[]; readonly schema: object }>
  >;
  readonly $defs: Readonly<Record<string, object>>;
}

let schemas: OcsfSchemas | undefined;

export function ocsfSchemas(): OcsfSchemas {
  schemas ??= JSON.parse(
    readFileSync(new URL('./generated/ocsf-1.8.0.json', import.meta.url), 'utf8'),
  ) as OcsfSchemas;
  return schemas;
}
