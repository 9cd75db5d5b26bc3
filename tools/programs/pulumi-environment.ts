import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { OnProgress } from './progress.ts';
import { type Program, resolveProgram } from './resolve.ts';

/**
 * Environment in which `pulumi` runs our program: the installed Pulumi, which brings its language host and fetches its
 * plugin; where there is none, the three that are built here, found by it on PATH.
 *
 * @param folder  holds state and settings (PULUMI_BACKEND_URL, PULUMI_HOME), so that the user's own Pulumi is not touched;
 *   without it those are the user's
 * @param build   false: only look, make nothing
 * @throws PROGRAM_MISSING, PROGRAM_BUILD_FAILED, PROGRAM_LOCK_TIMEOUT, or the signal's reason
 */
export async function pulumiEnvironment({
  folder,
  build = true,
  env = process.env,
  onProgress,
  signal,
}: {
  folder?: string;
  build?: boolean;
  env?: NodeJS.ProcessEnv;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
} = {}): Promise<NodeJS.ProcessEnv> {
  const options = { build, env, onProgress, signal };
  const pulumi = await resolveProgram('pulumi', options);
  const ours: Program[] = [];
  if (pulumi.source !== 'PATH') {
    ours.push(pulumi);
    ours.push(await resolveProgram('pulumi-language-nodejs', options));
    ours.push(await resolveProgram('pulumi-resource-docker', options));
  }
  const folders = ours.map(({ path }) => dirname(path));
  const { PULUMI_IGNORE_AMBIENT_PLUGINS: _, ...rest } = env;
  return {
    ...(ours.length > 0 ? rest : env),
    PATH: [...folders, ...(env.PATH ? [env.PATH] : [])].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    ...(folder === undefined ? {} : await placesIn(folder)),
  };
}

async function placesIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const [state, home] = [join(folder, 'state'), join(folder, 'home')];
  await mkdir(state, { recursive: true });
  await mkdir(home, { recursive: true });
  return { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_HOME: home };
}
