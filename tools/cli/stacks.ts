import { docker } from '../../infra/docker/engine.ts';
import { type DockerOptions, DockerTarget } from '../../infra/docker/target.ts';
import type { EmbeddedOptions } from '../../infra/embedded/options.ts';
import type { Target } from '../../infra/target.ts';
import { pulumiEnvironment } from '../programs/pulumi-environment.ts';
import type { Program } from '../programs/resolve.ts';
import { embeddedPrograms, embeddedStack } from './embedded.ts';
import { type MemoryWatch, watchContainers, watchProcesses } from './memory.ts';
import type { Update } from './steps.ts';

export type TargetKind = 'embedded' | 'docker';

/** Which stack of containers, and whether it is left up when the command ends that has started it. */
export interface DockerChoice {
  readonly stack: string;
  readonly keep: boolean;
}

/** A stack that a command is about to use: what differs between the targets until it runs. */
export interface StackChoice {
  /** Where the collector puts what it gets, in the raw bucket. */
  readonly rawPrefix: string;
  /** Finds or makes the programs that the target needs. Returns their versions. */
  prepare(options: Progress): Promise<Readonly<Record<string, string>>>;
  /** The stack, not started; after `prepare`. */
  make(options: Progress): Promise<Target>;
  watchMemory(): MemoryWatch;
}

interface Progress {
  readonly update: Update;
  readonly signal: AbortSignal;
}

export function embeddedChoice(options: {
  stateDir: string;
  rawPrefix: string;
  webApiPort?: number | undefined;
  env?: EmbeddedOptions['env'] | undefined;
  eventWebhookUrl?: string | undefined;
}): StackChoice {
  let programs: readonly Program[] = [];
  return {
    rawPrefix: options.rawPrefix,
    async prepare({ update, signal }) {
      programs = await embeddedPrograms({ update, signal });
      return Object.fromEntries(programs.map(({ name, version }) => [name, version]));
    },
    make: (progress) => embeddedStack({ programs, ...options, ...progress }),
    watchMemory: watchProcesses,
  };
}

export function dockerChoice({
  stack,
  keep,
  serviceEnv,
}: DockerChoice & Pick<DockerOptions, 'serviceEnv'>): StackChoice {
  let env: NodeJS.ProcessEnv = {};
  return {
    rawPrefix: 'raw',
    async prepare({ update, signal }) {
      const version = await docker(['version', '--format', '{{.Server.Version}}'], { signal });
      env = await pulumiEnvironment({ onProgress: update, signal });
      return { docker: version.trim() };
    },
    make: async ({ update, signal }) =>
      new DockerTarget({
        ...{ stack, env, keep, signal, onProgress: update },
        ...(serviceEnv ? { serviceEnv } : {}),
      }),
    watchMemory: watchContainers,
  };
}
