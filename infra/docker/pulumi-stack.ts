import { type EngineEvent, LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js';
import { InfraError } from '../errors.ts';
import { CONTEXT_ROOT } from './context-hash.ts';
import { ownLabels } from './labels.ts';
import { removeOrphans } from './orphans.ts';
import { secretsOf } from './secrets-file.ts';
import { readSettings, type Settings } from './settings.ts';

type Key = 'deployed' | 'replicas' | 'env' | 'limits';

/** One stack of the Pulumi project in this repository; its operations happen one after the other. */
export class PulumiStack {
  readonly name: string;
  readonly #stack: Stack;
  readonly #onProgress: ((message: string) => void) | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(stack: Stack, onProgress: ((message: string) => void) | undefined) {
    this.name = stack.name;
    this.#stack = stack;
    this.#onProgress = onProgress;
  }

  /** @throws PULUMI_FAILED with what the command said: not installed, not logged in, no passphrase */
  static async open({
    name,
    env,
    onProgress,
  }: {
    name: string;
    env?: NodeJS.ProcessEnv | undefined;
    onProgress?: ((message: string) => void) | undefined;
  }): Promise<PulumiStack> {
    const stack = await told('stack select', () =>
      LocalWorkspace.createOrSelectStack(
        { stackName: name, workDir: CONTEXT_ROOT },
        { workDir: CONTEXT_ROOT, envVars: definedOf(env) },
      ),
    );
    return new PulumiStack(stack, onProgress);
  }

  /** Whether an `up` has made anything that is still there. */
  async isUp(): Promise<boolean> {
    return (await this.#resources()).some(({ type }) => type === 'docker:index/container:Container');
  }

  async settings(): Promise<Settings> {
    const all = await told('config', () => this.#stack.getAllConfig());
    return readSettings((key) => all[`faultline:${key}`]?.value);
  }

  up({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#next('up', async () => {
      await this.#stack.up({ onEvent: (event) => this.#tell(event), ...(signal ? { signal } : {}) });
    });
  }

  /** What an update that was killed has left goes too: a network goes only when nobody is on it. */
  destroy(): Promise<void> {
    return this.#next('destroy', async () => {
      const { prefix } = await this.settings();
      await removeOrphans({
        labels: ownLabels({ prefix, stack: this.name, secrets: secretsOf(this.name) }),
        known: async () => new Set((await this.#resources()).flatMap(({ id }) => id ?? [])),
      });
      await this.#stack.destroy({ onEvent: (event) => this.#tell(event) });
    });
  }

  /**
   * Sets one component's value of a key (undefined: as if it had never been set) and brings the stack there; on failure
   * back to where it was.
   */
  change({ key, component, value }: { key: Key; component: string; value: unknown }): Promise<void> {
    return this.#next('up', async () => {
      const before = (await this.settings())[key] as Readonly<Record<string, unknown>>;
      try {
        await this.#set(key, { ...before, [component]: value });
        await this.#stack.up({ onEvent: (event) => this.#tell(event) });
      } catch (error) {
        await this.#set(key, before);
        await this.#stack.up({ onEvent: (event) => this.#tell(event) });
        throw error;
      }
    });
  }

  async #resources(): Promise<readonly { readonly type: string; readonly id?: string }[]> {
    const { deployment } = await told('stack export', () => this.#stack.exportStack());
    return deployment?.resources ?? [];
  }

  async #set(key: Key, values: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#stack.removeConfig(`faultline:${key}`);
    const leaves = leavesOf(`faultline:${key}`, values).map(([path, text]) => [path, { value: text }]);
    if (leaves.length > 0) await this.#stack.setAllConfig(Object.fromEntries(leaves), true);
  }

  #next(what: string, work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(() => told(what, work));
    this.#last = result.catch(() => {});
    return result;
  }

  #tell({ resOutputsEvent, resourcePreEvent }: EngineEvent): void {
    const done = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (done === undefined || done.op === 'same' || !done.type.startsWith('docker:')) return;
    const name = done.urn.split('::').at(-1);
    this.#onProgress?.(`${name}: ${resOutputsEvent ? 'done' : done.op}`);
  }
}

/** `["a","b"]` at `x` → `x[0]`, `x[1]`; the command sets one leaf at a time. */
function leavesOf(path: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(`${path}[${index}]`, item));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => leavesOf(`${path}["${key}"]`, item));
  return [[path, String(value)]];
}

const definedOf = (env: NodeJS.ProcessEnv = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof InfraError) throw cause;
    throw new InfraError('PULUMI_FAILED', [what, reasonOf(cause as Error)], { cause: cause as Error });
  }
}

/** The lines of the command's output that say what went wrong. */
function reasonOf({ message }: Error): string {
  const lines = message.split('\n').filter((line) => /error|must be set|please|log ?in/i.test(line));
  return (lines.length > 0 ? lines : [message]).slice(0, 12).join('\n').trim();
}
