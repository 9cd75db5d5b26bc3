/** Writes the generated pages of docs/, and the generated tables within others: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fieldsPage } from '../../infra/aws/testing/fields/page.ts';
import { awsPoliciesPage } from './aws-policies-page.ts';
import { AWS_TABLES } from './aws-tables.ts';
import { columnsPage } from './columns-page.ts';
import { lakeTables } from './lake-tables.ts';
import { SCALE_TABLES } from './scale-tables.ts';
import { withTables } from './with-tables.ts';

const page = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

writeFileSync(page('columns.md'), columnsPage());
writeFileSync(page('aws-policies.md'), awsPoliciesPage());
writeFileSync(page('aws-fields.md'), await fieldsPage());
writeFileSync(page('lake.sql'), lakeTables());
for (const [name, tables] of Object.entries({ 'aws.md': AWS_TABLES, 'scale.md': SCALE_TABLES }))
  writeFileSync(page(name), withTables(readFileSync(page(name), 'utf8'), tables));
