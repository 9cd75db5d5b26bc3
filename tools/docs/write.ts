/** Writes the generated pages of docs/: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { columnsPage } from './columns-page.ts';

writeFileSync(fileURLToPath(new URL('../../docs/columns.md', import.meta.url)), columnsPage());
