import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CONTEXT_ROOT } from '../container/context-hash.ts';
import { InfraError } from '../errors.ts';
import { docker } from './engine.ts';
import type { OwnLabels } from './labels.ts';

const run = promisify(execFile);
const SETTLE_MS = 60_000;
const POLL_MS = 250;
const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Removes containers and networks of a stack that its state does not know: an update that was killed has made them, and
 * they hold the names and ports that the next one needs. Volumes are left, for one that is there already is taken as it
 * is.
 *
 * @param known asked only when there is something of that stack: the ids that its state has
 * @returns their names
 * @throws DOCKER_MISSING, DOCKER_FAILED, and what `known` throws
 */
export async function removeOrphans({
  labels,
  known,
}: {
  labels: OwnLabels;
  known: () => Promise<ReadonlySet<string>>;
}): Promise<string[]> {
  const containers = await listed(['ps', '--all'], '{{.ID}} {{.Names}}', labels);
  const networks = await listed(['network', 'ls'], '{{.ID}} {{.Name}}', labels);
  if (containers.size + networks.size === 0) return [];
  const ids = await known();
  const removed: string[] = [];
  const orphans = ([id]: [string, string]) => !ids.has(id);
  await Promise.all(
    [...containers].filter(orphans).map(async ([id, name]) => {
      await removeContainer(id);
      removed.push(name);
    }),
  );
  for (const [id, name] of [...networks].filter(orphans)) {
    await docker(['network', 'rm', id]);
    removed.push(name);
  }
  return removed;
}

/**
 * Ids of what the state of a stack has, in whatever backend; that can be asked while an update is under way.
 * @throws PULUMI_FAILED
 */
export async function idsInState(stack: string): Promise<ReadonlySet<string>> {
  const args = ['stack', 'export', '--stack', stack, '--cwd', CONTEXT_ROOT, '--non-interactive'];
  const { stdout } = await run('pulumi', args, { maxBuffer: MAX_OUTPUT }).catch((cause) => {
    throw new InfraError('PULUMI_FAILED', ['stack export', cause.stderr?.trim() || cause.message], { cause });
  });
  const { deployment } = JSON.parse(stdout) as { deployment?: { resources?: { id?: string }[] } };
  return new Set((deployment?.resources ?? []).flatMap(({ id }) => id ?? []));
}

async function listed(command: string[], format: string, labels: OwnLabels): Promise<Map<string, string>> {
  const filters = Object.entries(labels).flatMap(([name, value]) => ['--filter', `label=${name}=${value}`]);
  const lines = (await docker([...command, '--no-trunc', '--format', format, ...filters])).split('\n');
  return new Map(lines.filter(Boolean).map((line) => line.split(' ', 2) as [string, string]));
}

/** A store that is making its files is let finish: half of them would stay in its volume, and it would never start again. */
async function removeContainer(id: string): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  const health = ['inspect', '--format', '{{if .State.Health}}{{.State.Health.Status}}{{end}}', id];
  while (Date.now() < deadline && (await docker(health)).trim() === 'starting') await sleep(POLL_MS);
  await docker(['stop', id]);
  await docker(['rm', '--force', '--volumes', id]);
}
