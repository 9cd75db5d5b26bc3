import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fieldsPage } from '../../infra/aws/testing/fields/page.ts';

test('docs/aws-fields.md is what both programs say (npm run docs makes it anew)', async () => {
  const page = readFileSync(new URL('../../docs/aws-fields.md', import.meta.url), 'utf8');
  assert.equal(page, await fieldsPage());
});
