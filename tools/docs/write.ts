/** Writes the generated pages of docs/, and the generated tables within others: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { columnsPage } from './columns-page.ts';
import { lakeTables } from './lake-tables.ts';
import { withTables } from './scale-tables.ts';

const page = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

writeFileSync(page('columns.md'), columnsPage());
writeFileSync(page('lake.sql'), lakeTables());
writeFileSync(page('scale.md'), withTables(readFileSync(page('scale.md'), 'utf8')));
