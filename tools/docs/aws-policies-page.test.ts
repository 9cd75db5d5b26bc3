import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { awsPoliciesPage } from './aws-policies-page.ts';

test('docs/aws-policies.md is what the policies say (npm run docs makes it anew)', () => {
  const page = readFileSync(new URL('../../docs/aws-policies.md', import.meta.url), 'utf8');
  assert.equal(page, awsPoliciesPage());
});
