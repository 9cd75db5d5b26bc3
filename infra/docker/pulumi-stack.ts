import { existsSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type ConfigMap,
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import { CONTEXT_ROOT } from '../container/context-hash.ts';
import { InfraError } from '../errors.ts';
import { topologyOf } from '../topology.ts';
import { containerName } from './container.ts';
import { ownLabels } from './labels.ts';
import { removeOrphans } from './orphans.ts';
import { secretsOf } from './secrets-file.ts';
import { readSettings, type Settings } from './settings.ts';

const CONTAINER = 'docker:index/container:Container';

const KEYS = ['deployed', 'replicas', 'env', 'limits'] as const;
type Key = (typeof KEYS)[number];
export type Values = Readonly<Partial<Record<Key, unknown>>>;

interface ComponentChange {
  readonly component: string;
  /** Undefined: as if it had never been set. */
  readonly values: Values;
}

/** The error that says what became of the containers that an update could not bring up; undefined: nothing better is known. */
type Explain = (containers: readonly string[]) => Promise<Error | undefined>;

/** One stack of the Pulumi project in this repository; its operations happen one after the other. */
export class PulumiStack {
  readonly name: string;
  readonly #stack: Stack;
  readonly #onProgress: ((message: string) => void) | undefined;
  readonly #creating = new Set<string>();
  readonly #explain: Explain;
  /** How it was when it was opened. */
  readonly #first: ConfigMap;
  #settings: Settings;
  #last: Promise<unknown> = Promise.resolve();

  private constructor({
    stack,
    config,
    onProgress,
    explain = async () => undefined,
  }: {
    stack: Stack;
    config: ConfigMap;
    onProgress: ((message: string) => void) | undefined;
    explain: Explain | undefined;
  }) {
    this.name = stack.name;
    // What `up` reads once it is done is of no use here, and starts the command three times more.
    this.#stack = Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
    this.#onProgress = onProgress;
    this.#explain = explain;
    this.#first = config;
    this.#settings = settingsOf(config);
  }

  /** What its configuration said when it was opened, or changed last. */
  get settings(): Settings {
    return this.#settings;
  }

  /** An update is making that container, and waits until it is healthy. */
  isCreating(container: string): boolean {
    return this.#creating.has(container);
  }

  /** @throws PULUMI_FAILED with what the command said: not installed, not logged in, no passphrase */
  static async open({
    name,
    env,
    onProgress,
    explain,
  }: {
    name: string;
    env?: NodeJS.ProcessEnv | undefined;
    onProgress?: ((message: string) => void) | undefined;
    explain?: Explain;
  }): Promise<PulumiStack> {
    const stack = await told('stack select', async () =>
      LocalWorkspace.createOrSelectStack(
        { stackName: name, workDir: CONTEXT_ROOT },
        { workDir: CONTEXT_ROOT, envVars: definedOf(env), pulumiCommand: await commandOf(env) },
      ),
    );
    const config = await told('config', () => stack.getAllConfig());
    return new PulumiStack({ stack, config, onProgress, explain });
  }

  /** Whether an `up` has come to its end, by the state: one that was killed half-way is no stack to be used. */
  async isUp(): Promise<boolean> {
    const containers = (await this.#resources()).filter(({ type }) => type === CONTAINER);
    const names = new Set(containers.map(({ urn }) => urn.split('::').at(-1)));
    const { prefix } = this.#settings;
    return topologyOf('docker').every((component) =>
      names.has(containerName({ prefix, component, replica: 1 })),
    );
  }

  up({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#next('up', () => this.#up(signal));
  }

  /** What an update that was killed has left goes too: a network goes only when nobody is on it. */
  destroy(): Promise<void> {
    return this.#next('destroy', async () => {
      const { prefix } = this.#settings;
      await removeOrphans({
        labels: ownLabels({ prefix, stack: this.name, secrets: secretsOf(this.name) }),
        known: async () => new Set((await this.#resources()).flatMap(({ id }) => id ?? [])),
      });
      if ((await this.#resources()).length > 0)
        await this.#stack.destroy({ onEvent: (event) => this.#tell(event) });
    });
  }

  /** Sets one component's values for the next `up`. */
  set({ component, values }: ComponentChange): Promise<void> {
    return this.#next('config', async () => {
      const config = withValues(await this.#stack.getAllConfig(), { component, values });
      await this.#set(Object.keys(values) as Key[], config);
      this.#settings = settingsOf(config);
    });
  }

  /** Sets one component's values and brings the stack there; on failure back to where it was. */
  change({ component, values }: ComponentChange): Promise<void> {
    return this.#next('up', async () => {
      const before = await this.#stack.getAllConfig();
      const keys = Object.keys(values) as Key[];
      const next = withValues(before, { component, values });
      try {
        await this.#set(keys, next);
        await this.#up();
        this.#settings = settingsOf(next);
      } catch (error) {
        await this.#set(keys, before);
        await this.#up();
        throw error;
      }
    });
  }

  /** What changes can set is as it was when the stack was opened; what runs is left alone, until the next `up`. */
  restore(): Promise<void> {
    return this.#next('config', async () => {
      const [first, now] = [this.#first, await this.#stack.getAllConfig()].map(settingsOf) as [
        Settings,
        Settings,
      ];
      const keys = KEYS.filter((key) => !isDeepStrictEqual(first[key], now[key]));
      await this.#set(keys, this.#first);
    });
  }

  async #resources(): Promise<
    readonly { readonly type: string; readonly urn: string; readonly id?: string }[]
  > {
    const { deployment } = await told('stack export', () => this.#stack.exportStack());
    return deployment?.resources ?? [];
  }

  /** An object goes in whole: leaf by leaf, the command would make numbers of texts that look like one. */
  async #set(keys: readonly Key[], config: ConfigMap): Promise<void> {
    const { name, workspace } = this.#stack;
    const full: Record<string, unknown> = {};
    for (const key of keys.map(nameOf)) {
      const { value = '{}', secret } = config[key] ?? {};
      if (value === '{}') await this.#stack.removeConfig(key);
      else full[key] = { value, objectValue: JSON.parse(value), secret };
    }
    if (Object.keys(full).length > 0) await workspace.setAllConfigJson(name, JSON.stringify(full));
  }

  async #up(signal?: AbortSignal): Promise<void> {
    this.#creating.clear();
    try {
      await this.#stack.up({ onEvent: (event) => this.#tell(event), ...(signal ? { signal } : {}) });
    } catch (error) {
      throw (await this.#explain([...this.#creating])) ?? error;
    }
  }

  #next<T>(what: string, work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => told(what, work));
    this.#last = result.catch(() => {});
    return result;
  }

  #tell({ resOutputsEvent, resourcePreEvent }: EngineEvent): void {
    const done = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (done === undefined || done.op === 'same' || !done.type.startsWith('docker:')) return;
    const name = done.urn.split('::').at(-1) ?? '';
    // one that could not be made stays: nobody tells its outputs
    if (resOutputsEvent) this.#creating.delete(name);
    else if (done.op.startsWith('create') && done.type === CONTAINER) this.#creating.add(name);
    this.#onProgress?.(`${name}: ${resOutputsEvent ? 'done' : done.op}`);
  }
}

const nameOf = (key: Key) => `faultline:${key}`;

const settingsOf = (config: ConfigMap): Settings => readSettings((key) => config[`faultline:${key}`]?.value);

/** A value that is undefined is left out. */
function withValues(config: ConfigMap, { component, values }: ComponentChange): ConfigMap {
  const settings = settingsOf(config);
  const set = (Object.keys(values) as Key[]).map((key) => {
    const { secret = false } = config[nameOf(key)] ?? {};
    const value = JSON.stringify({ ...settings[key], [component]: values[key] });
    return [nameOf(key), { value, secret }] as const;
  });
  return { ...config, ...Object.fromEntries(set) };
}

/** The `pulumi` that the given environment finds; left to itself the package looks on this process' PATH. */
function commandOf({ PATH = process.env.PATH }: NodeJS.ProcessEnv = {}): Promise<PulumiCommand> {
  const folder = (PATH ?? '').split(delimiter).find((entry) => existsSync(join(entry, 'pulumi')));
  return PulumiCommand.get(folder && basename(folder) === 'bin' ? { root: dirname(folder) } : {});
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
    throw new InfraError('PULUMI_FAILED', [what, reasonOf(cause as Error)]);
  }
}

/** What the command says went wrong, each thing once: it tells an error when it comes and again at the end. */
function reasonOf({ message }: Error): string {
  const lines = message.split('\n').map((line) => line.trim());
  const reasons = lines
    .filter((line) => /^(error:|\*)|must be set|please|log ?in/i.test(line))
    .map((line) => line.replace(/^(error:|\*)\s*|\S+ sdk\.helper_schema: |: provider=\S+$/g, ''))
    .filter((line) => !/error(s)? occurred:?$|update failed$/.test(line));
  const text = reasons.length > 0 ? [...new Set(reasons)].slice(0, 12).join('\n') : message.trim();
  if (/passphrase must be set/.test(text))
    return `${text}; choose one and keep it: export PULUMI_CONFIG_PASSPHRASE=…`;
  if (/PULUMI_ACCESS_TOKEN/.test(text)) return `${text}; no account is needed: pulumi login --local`;
  return text;
}
