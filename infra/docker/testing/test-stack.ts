import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CommandResult, runCommand } from '../../../tools/programs/command.ts';
import { ProgramError } from '../../../tools/programs/errors.ts';
import { pulumiEnvironment } from '../../../tools/programs/pulumi-environment.ts';
import { CONTEXT_ROOT } from '../../container/context-hash.ts';
import { docker } from '../engine.ts';
import { ownLabels } from '../labels.ts';
import { removeOrphans } from '../orphans.ts';
import { secretsFile, secretsOf } from '../secrets-file.ts';
import { PORTS } from '../settings.ts';
import { workerFolder } from '../worker-context.ts';
import { needsDocker } from './needs.ts';

const COMMAND_MS = 10 * 60_000;
// Below those of the embedded target (infra/embedded/ports.ts), which tests start beside it.
const FIRST_PORT = 11_000;
const BLOCKS = 880;

const LIST = {
  container: ['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}}'],
  network: ['network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}'],
  volume: ['volume', 'ls', '--format', '{{.Name}}'],
  image: ['images', '--format', '{{.Repository}}:{{.Tag}}'],
} as const;

interface Exported {
  readonly deployment: { readonly resources?: readonly { readonly id?: string }[] };
}

interface TestStackParts extends Pick<TestStack, 'name' | 'prefix' | 'ports' | 'env'> {
  readonly folder: string;
}

/** A Pulumi stack of a test: its own state, names and ports, so that it runs beside any other. */
export class TestStack {
  readonly name: string;
  /** What the names of all that is on the engine begin with. */
  readonly prefix: string;
  /** Port on 127.0.0.1 by component. */
  readonly ports: Readonly<Record<string, number>>;
  /** In which `pulumi` finds programs, state and passphrase. */
  readonly env: NodeJS.ProcessEnv;

  readonly #folder: string;

  private constructor({ name, prefix, ports, env, folder }: TestStackParts) {
    this.name = name;
    this.prefix = prefix;
    this.ports = ports;
    this.env = env;
    this.#folder = folder;
  }

  /**
   * With an empty state; everything of it is gone at the end of the test.
   * @returns undefined when the test is skipped, for there is no engine, image or Pulumi; in CI that is an error
   */
  static async make(t: TestContext): Promise<TestStack | undefined> {
    if (!(await needsDocker(t))) return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'pulumi-'));
    const env = await pulumiEnvironment({ folder, build: Boolean(process.env.CI) }).catch(
      async (error: unknown) => {
        await rm(folder, { recursive: true });
        if (process.env.CI || !(error instanceof ProgramError)) throw error;
        return t.skip(error.message);
      },
    );
    if (env === undefined) return undefined;
    const stack = new TestStack({
      name: `test-${process.pid}`,
      prefix: `shop-${process.pid}`,
      ports: await freePorts(),
      env: {
        ...env,
        PULUMI_CONFIG_PASSPHRASE: 'test',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
      folder,
    });
    t.after(() => stack.#remove());
    await stack.pulumi('stack', 'init', '--no-select');
    await stack.pulumi('config', 'set', 'faultline:prefix', stack.prefix);
    for (const [component, port] of Object.entries(stack.ports))
      await stack.pulumi('config', 'set', '--path', `faultline:ports["${component}"]`, String(port));
    return stack;
  }

  /** @throws when its exit code is not 0, with what it wrote */
  async pulumi(...args: string[]): Promise<CommandResult> {
    const result = await this.#run(args);
    if (result.code !== 0)
      throw new Error(`pulumi ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
    return result;
  }

  /** The command as a process, to be killed; what it writes goes nowhere. */
  spawn(...args: string[]): ChildProcess {
    return spawn('pulumi', this.#args(args), {
      cwd: CONTEXT_ROOT,
      env: this.env,
      stdio: 'ignore',
      detached: true,
    });
  }

  /** Containers and networks by id. */
  async onEngine(): Promise<Map<string, string>> {
    const containers = await docker([...LIST.container, ...this.#filter('name=^/')]);
    const networks = await docker([...LIST.network, ...this.#filter('name=^')]);
    const lines = `${containers}${networks}`.split('\n').filter(Boolean);
    return new Map(lines.map((line) => line.split(' ') as [string, string]));
  }

  /** Ids of what Pulumi knows. */
  async inState(): Promise<Set<string>> {
    const file = join(this.#folder, 'export.json');
    await this.pulumi('stack', 'export', '--file', file);
    const { deployment } = JSON.parse(await readFile(file, 'utf8')) as Exported;
    return new Set(deployment.resources?.flatMap(({ id }) => id ?? []));
  }

  /** Names of all that is on the engine. */
  async leftovers(): Promise<string[]> {
    const volumes = await docker([...LIST.volume, ...this.#filter('name=^')]);
    const images = await docker([...LIST.image, '--filter', `reference=${this.prefix}*`]);
    const lines = `${volumes}${images}`.split('\n').filter(Boolean);
    return [...(await this.onEngine()).values(), ...lines];
  }

  #filter(name: string): string[] {
    return ['--filter', `${name}${this.prefix}`];
  }

  #run(args: string[]): Promise<CommandResult> {
    const { env } = this;
    return runCommand({
      file: 'pulumi',
      args: this.#args(args),
      cwd: CONTEXT_ROOT,
      env,
      timeoutMs: COMMAND_MS,
    });
  }

  #args(args: string[]): string[] {
    return [...args, '--stack', this.name, '--non-interactive'];
  }

  async #remove(): Promise<void> {
    const labels = ownLabels({ prefix: this.prefix, stack: this.name, secrets: secretsOf(this.name) });
    await removeOrphans({ labels, known: () => this.inState() });
    const { code, stdout, stderr } = await this.#run(['destroy', '--yes', '--skip-preview']);
    await rm(secretsFile(this.name));
    await rm(workerFolder(this.name), { recursive: true, force: true });
    await rm(join(CONTEXT_ROOT, `Pulumi.${this.name}.yaml`), { force: true });
    await rm(this.#folder, { recursive: true });
    const left = await this.leftovers();
    if (left.length > 0) throw new Error(`destroy (${code}) left ${left.join(', ')}\n${stdout}${stderr}`);
  }
}

/**
 * The collector's ports follow its first one. Ports are found free long before they are taken, so that each process
 * begins to look at another place.
 */
async function freePorts(): Promise<Record<string, number>> {
  const names = Object.keys(PORTS);
  const count = names.length + 3;
  for (let block = 0; block < BLOCKS; block += 1) {
    const first = FIRST_PORT + ((process.pid + block) % BLOCKS) * count;
    const all = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(all.map(isFree))).every(Boolean))
      return Object.fromEntries(
        [...names.filter((name) => name !== 'collector'), 'collector'].map((name, index) => [
          name,
          first + index,
        ]),
      );
  }
  throw new Error(`no ${count} free ports in a row from ${FIRST_PORT} on`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
