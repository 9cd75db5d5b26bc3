import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';

const fileOf = (stack: string) => readFileSync(new URL(`../Pulumi.${stack}.yaml`, import.meta.url), 'utf8');

/** Loads the program as `pulumi up` does, with nothing but these values. */
async function program(config: Record<string, string>): Promise<unknown> {
  const made: string[] = [];
  const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
    made.push(type);
    return { id: name, state: inputs };
  };
  await pulumi.runtime.setMocks(
    { newResource, call: () => ({}) },
    'faultline',
    `test-index-${process.pid}`,
    true,
  );
  pulumi.runtime.setAllConfig(config);
  return import(`./index.ts?${Object.values(config).join()}`);
}

test('the stack `aws` is the aws target, and says what it lacks', async () => {
  assert.match(fileOf('aws'), /^ {2}faultline:target: aws$/m);
  await assert.rejects(
    program({ 'faultline:target': 'aws' }),
    /aws:region must be one \(pulumi config set aws:region/,
  );
});

test('the stack `local` names no target, and is the docker target', async () => {
  assert.doesNotMatch(fileOf('local'), /faultline:target/);
  await assert.rejects(
    program({ 'faultline:ports': '[]' }),
    /faultline:ports must be an object by component/,
  );
});

test('another target is refused, with those that there are', async () => {
  await assert.rejects(
    program({ 'faultline:target': 'azure' }),
    /faultline:target must be one of docker, aws, got "azure"/,
  );
});
