import type { RunId } from '../../../converters/run/run-id.ts';
import { ownRawPrefix } from '../../../converters/run/runs.ts';
import { docker } from '../../../infra/docker/engine.ts';
import { DockerTarget } from '../../../infra/docker/target.ts';
import type { Target } from '../../../infra/target.ts';
import { pulumiEnvironment } from '../../programs/pulumi-environment.ts';
import type { Program } from '../../programs/resolve.ts';
import { embeddedPrograms, embeddedStack } from '../embedded.ts';
import { type MemoryWatch, watchContainers, watchProcesses } from '../memory.ts';
import { places } from '../places.ts';
import type { Update } from '../steps.ts';

export type TargetKind = 'embedded' | 'docker';

/** What is particular to a target when a run brings up its stack. */
export interface RunStack {
  readonly kind: TargetKind;
  /** Where the collector puts what it gets, in the raw bucket. */
  readonly rawPrefix: string;
  /** Finds or makes the programs that the target needs. Returns their versions. */
  prepare(options: { update: Update; signal: AbortSignal }): Promise<Readonly<Record<string, string>>>;
  /** The stack, not started; after `prepare`. */
  make(options: { update: Update; signal: AbortSignal }): Promise<Target>;
  watchMemory(): MemoryWatch;
}

/** @param keep leave a stack of containers up that the run has started */
export function runStack({ kind, runId, keep }: { kind: TargetKind; runId: RunId; keep: boolean }): RunStack {
  return kind === 'docker' ? dockerRunStack({ keep }) : embeddedRunStack({ runId });
}

function embeddedRunStack({ runId }: { runId: RunId }): RunStack {
  const rawPrefix = ownRawPrefix(runId);
  let programs: readonly Program[] = [];
  return {
    kind: 'embedded',
    rawPrefix,
    async prepare({ update, signal }) {
      programs = await embeddedPrograms({ update, signal });
      return Object.fromEntries(programs.map(({ name, version }) => [name, version]));
    },
    make: ({ update, signal }) =>
      embeddedStack({ programs, stateDir: places.stack(runId), rawPrefix, update, signal }),
    watchMemory: watchProcesses,
  };
}

function dockerRunStack({ keep }: { keep: boolean }): RunStack {
  let env: NodeJS.ProcessEnv = {};
  return {
    kind: 'docker',
    rawPrefix: 'raw',
    async prepare({ update, signal }) {
      const version = await docker(['version', '--format', '{{.Server.Version}}'], { signal });
      env = await pulumiEnvironment({ onProgress: update, signal });
      return { docker: version.trim() };
    },
    make: async ({ update, signal }) => new DockerTarget({ env, keep, signal, onProgress: update }),
    watchMemory: watchContainers,
  };
}
