import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { columnsPage } from './columns-page.ts';

test('docs/columns.md is what the catalogue says (npm run docs makes it anew)', () => {
  assert.equal(readFileSync(new URL('../../docs/columns.md', import.meta.url), 'utf8'), columnsPage());
});
