import { CLASSES } from '../../converters/ocsf/classes.ts';
import type { ClassLayout } from '../../converters/ocsf/layout.ts';
import type { Field } from '../../converters/write/encode/file.ts';
import { NestedClass } from '../../converters/write/nested.ts';

/** Athena's names of Parquet's types. */
const TYPES = {
  INT32: 'int',
  INT64: 'bigint',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  BYTE_ARRAY: 'string',
} as const;

/** `docs/lake.sql`: Athena's tables over the nested files of all datasets of a bucket, made from the writer's own schemas. */
export function lakeTables(): string {
  return [
    '-- Made by `npm run docs` from the schemas that the converter writes: do not edit.',
    '-- Athena: one table a class over the nested files of all datasets that were sealed with `--partition eventDay`.',
    '-- A query has to name its run ids (run_id is injected), so that no folder is listed.',
    'CREATE DATABASE IF NOT EXISTS windows;',
    'CREATE DATABASE IF NOT EXISTS lake;',
    ...CLASSES.map(lakeTable),
    '',
  ].join('\n');
}

function lakeTable(layout: ClassLayout): string {
  const columns = new NestedClass(layout).fields.map((field) => `  ${quoted(field)} ${typeOf(field)}`);
  return `
CREATE EXTERNAL TABLE windows.${layout.name} (
${columns.join(',\n')}
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/\${run_id}/ocsf/${layout.name}/eventDay=\${eventday}/'
);`;
}

/** Some are words of the language: `user`, `table`. */
const quoted = ({ name }: Field): string => `\`${name}\``;

/** As Athena writes it: `struct<`name`:string>`, `array<string>`. */
export function typeOf({ type, list, children = [] }: Field): string {
  if (type) return TYPES[type as keyof typeof TYPES];
  const element = list && children[0]?.children?.[0];
  if (element) return `array<${typeOf(element)}>`;
  return `struct<${children.map((child) => `${quoted(child)}:${typeOf(child)}`).join(',')}>`;
}
