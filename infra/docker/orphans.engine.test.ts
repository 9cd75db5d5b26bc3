import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { makeSecrets } from '../secrets.ts';
import { IMAGES } from '../topology/component.ts';
import { docker } from './engine.ts';
import { ownLabels } from './labels.ts';
import { removeOrphans } from './orphans.ts';
import { needsDocker } from './testing/needs.ts';

const prefix = `orphans-${process.pid}`;
const [secrets, otherSecrets] = [makeSecrets(), makeSecrets()];
const labels = ownLabels({ prefix, stack: 'local', secrets });
const LABELLED = {
  ours: labels,
  known: labels,
  // the same stack by its name, from another checkout: its state is none of ours
  'other-owner': ownLabels({ prefix, stack: 'local', secrets: otherSecrets }),
  'other-stack': ownLabels({ prefix, stack: 'locale', secrets }),
  unlabelled: {},
};

const list = async (...command: string[]) =>
  (await docker([...command, '--filter', `name=${prefix}`])).split('\n').filter(Boolean).sort();
const containers = () => list('ps', '--all', '--format', '{{.Names}}');
const networks = () => list('network', 'ls', '--format', '{{.Name}}');

after(async () => {
  for (const name of await containers().catch(() => [])) await docker(['rm', '--force', '--volumes', name]);
  for (const name of await networks().catch(() => [])) await docker(['network', 'rm', name]);
});

const flags = (named: object) =>
  Object.entries(named).flatMap(([label, value]) => ['--label', `${label}=${value}`]);

/** @returns its id */
async function run(
  name: string,
  named: object,
  { options = [] as string[], script = 'exec sleep 600' } = {},
) {
  const fixed = ['--name', name, '--init', '--network', 'none', '--entrypoint', 'sh'];
  return (
    await docker(['run', '--detach', ...fixed, ...flags(named), ...options, IMAGES.redis, '-c', script])
  ).trim();
}

test('what the state does not know is removed, and nothing that is not ours', async (t: TestContext) => {
  if (!(await needsDocker(t))) return;
  const known = new Set<string>();
  for (const [name, named] of Object.entries(LABELLED)) {
    const container = await run(`${prefix}-${name}`, named);
    const network = (await docker(['network', 'create', ...flags(named), `${prefix}-${name}`])).trim();
    if (name === 'known') known.add(container).add(network);
  }
  // made, but never started
  await docker(['create', '--name', `${prefix}-created`, ...flags(labels), IMAGES.redis]);
  const removed = await removeOrphans({ labels, known: async () => known });
  assert.deepEqual(removed.sort(), [`${prefix}-created`, `${prefix}-ours`, `${prefix}-ours`]);
  const left = Object.keys(LABELLED)
    .filter((name) => name !== 'ours')
    .map((name) => `${prefix}-${name}`);
  assert.deepEqual(await containers(), left.sort());
  assert.deepEqual(await networks(), left.sort());
  const again = await removeOrphans({ labels, known: async () => known });
  assert.deepEqual(again, []);
});

test('where there is nothing of the stack, its state is not asked for', async (t: TestContext) => {
  if (!(await needsDocker(t))) return;
  const none = ownLabels({ prefix: `${prefix}-none`, stack: 'local', secrets });
  const known = () => Promise.reject(new Error('asked'));
  assert.deepEqual(await removeOrphans({ labels: none, known }), []);
});

test('what is still starting is let finish, then stopped', async (t: TestContext) => {
  if (!(await needsDocker(t))) return;
  const health = [
    '--health-cmd',
    'test -e /tmp/made',
    '--health-interval',
    '200ms',
    '--health-retries',
    '100',
  ];
  const script = 'sleep 2; touch /tmp/made; exec sleep 600';
  const id = await run(`${prefix}-starting`, labels, { options: health, script });
  const known = new Set((await docker(['ps', '--all', '--quiet', '--no-trunc'])).trim().split('\n'));
  known.delete(id);
  const since = String(Math.floor(Date.now() / 1000) - 5);
  const ids = new Set([
    ...known,
    ...(await docker(['network', 'ls', '--quiet', '--no-trunc'])).trim().split('\n'),
  ]);
  assert.deepEqual(await removeOrphans({ labels, known: async () => ids }), [`${prefix}-starting`]);
  const until = String(Math.floor(Date.now() / 1000) + 1);
  const filters = ['--filter', `container=${id}`, '--format', '{{.Action}}'];
  const actions = (await docker(['events', '--since', since, '--until', until, ...filters])).split('\n');
  const [healthy, killed] = [actions.indexOf('health_status: healthy'), actions.indexOf('kill')];
  assert.ok(healthy !== -1 && healthy < killed, actions.join(', '));
});
