import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { PulumiStack } from './pulumi-stack.ts';
import { type EventWanted, watchEngine } from './testing/engine-events.ts';
import { killTree } from './testing/process-tree.ts';
import { TestStack } from './testing/test-stack.ts';

/** What the engine does last before the whole of `pulumi up` is killed; the names are without the stack's prefix. */
const POINTS: readonly EventWanted[] = [
  { type: 'network', action: 'create', name: '' },
  { type: 'container', action: 'create', name: '-postgres' },
  { type: 'container', action: 'start', name: '-collector' },
  { type: 'container', action: 'create', name: '-database-setup' },
  { type: 'container', action: 'start', name: '-operator-1' },
];

test('an up that was killed at five points is gone on with by the next one, and destroy leaves nothing', {
  timeout: 15 * 60_000,
}, async (t) => {
  const stack = await TestStack.make(t);
  if (stack === undefined) return;
  for (const point of POINTS) {
    const since = Date.now();
    const made = await killAt(stack, point);
    const what = `${point.type} ${stack.prefix}${point.name}`;
    t.diagnostic(`killed at the ${point.action} of ${what} after ${Date.now() - since} ms`);
    assert.ok((await stack.onEngine()).has(made), `${what} is there`);
    // a network is made in no time: its end may have been written before the kill
    if (point.type === 'container')
      assert.ok(!(await stack.inState()).has(made), `the state does not know ${what}`);
    await stack.pulumi('cancel', '--yes');
  }
  await stack.pulumi('up', '--yes', '--skip-preview');
  await stack.pulumi('preview', '--expect-no-changes');
  const state = await stack.inState();
  for (const [id, name] of await stack.onEngine()) assert.ok(state.has(id), `the state knows ${name}`);
  await stack.pulumi('destroy', '--yes', '--skip-preview');
  assert.deepEqual(await stack.leftovers(), []);
});

test('a stack whose up was killed can be taken down at once', { timeout: 10 * 60_000 }, async (t) => {
  const stack = await TestStack.make(t);
  if (stack === undefined) return;
  await killAt(stack, { type: 'container', action: 'start', name: '-collector' });
  await stack.pulumi('cancel', '--yes');
  const opened = await PulumiStack.open({ name: stack.name, env: stack.env });
  await opened.destroy();
  assert.deepEqual(await stack.leftovers(), []);
});

/** @returns the id of what was made */
async function killAt(stack: TestStack, { type, action, name }: EventWanted): Promise<string> {
  const watch = await watchEngine({ type, action, name: `${stack.prefix}${name}` });
  try {
    const up = stack.spawn('up', '--yes', '--skip-preview');
    const ended = once(up, 'exit');
    const made = await Promise.race([watch.first, ended]);
    if (typeof made !== 'string')
      throw new Error(`pulumi up ended by itself, before the ${action} of ${name}`);
    await killTree(up.pid as number);
    await ended;
    return made;
  } finally {
    await watch.close();
  }
}
