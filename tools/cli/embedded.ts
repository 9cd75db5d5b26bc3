import type { EmbeddedOptions } from '../../infra/embedded/options.ts';
import { EmbeddedTarget } from '../../infra/embedded/target.ts';
import { buildServices } from '../../services/build.ts';
import { releases } from '../../services/releases.ts';
import { type Program, resolveProgram } from '../programs/resolve.ts';
import { places } from './places.ts';
import type { Update } from './steps.ts';

/** The external programs of the embedded target, found or made. */
export async function embeddedPrograms({
  update,
  signal,
}: {
  update: Update;
  signal: AbortSignal;
}): Promise<Program[]> {
  const programs: Program[] = [];
  for (const name of ['otelcol', 'versitygw', 'redis'] as const)
    programs.push(await resolveProgram(name, { onProgress: update, signal }));
  return programs;
}

/** An embedded stack in this folder, not started yet. */
export async function embeddedStack({
  programs,
  stateDir,
  rawPrefix,
  webApiPort,
  env,
  eventWebhookUrl,
  update,
  signal,
}: {
  programs: readonly Program[];
  stateDir: string;
  rawPrefix: string;
  webApiPort?: number | undefined;
  env?: EmbeddedOptions['env'] | undefined;
  eventWebhookUrl?: string | undefined;
  update: Update;
  signal: AbortSignal;
}): Promise<EmbeddedTarget> {
  const { outdir } = await buildServices();
  return new EmbeddedTarget({
    s3Root: places.s3Root,
    stateDir,
    services: { dist: outdir, releases },
    programs: Object.fromEntries(programs.map(({ name, path }) => [name, path])),
    ...(webApiPort === undefined ? {} : { ports: { 'web-api': webApiPort } }),
    ...(env === undefined ? {} : { env }),
    ...(eventWebhookUrl === undefined ? {} : { eventWebhookUrl }),
    rawPrefix,
    signal,
    onProgress: update,
  });
}
