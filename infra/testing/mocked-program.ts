import * as pulumi from '@pulumi/pulumi';
import { getMonitor } from '@pulumi/pulumi/runtime/settings.js';

/** How a secret value stands among a resource's inputs (rpc.specialSigKey of @pulumi/pulumi). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

export interface MockedResource {
  readonly type: string;
  readonly name: string;
  /** `<name>-id` */
  readonly id: string;
  /** `<urn>::<id>`; not there for the default one. */
  readonly provider?: string;
  /** A secret is unwrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are secret as a whole. */
  readonly secret: readonly string[];
  /** `<type> <name>` of what it is made after. */
  readonly after: readonly string[];
  /** It is left where it is when the stack is destroyed. */
  readonly retainOnDelete: boolean;
}

export interface MockedProgram<Outputs> {
  /** In the order in which the program made them. */
  readonly resources: readonly MockedResource[];
  readonly outputs: Outputs;
}

export interface MockedProgramOptions<Outputs> {
  readonly stack: string;
  /** By full key, such as `faultline:prefix`; what is no text goes in as JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly program: () => Outputs;
  /** What a provider would add to a resource's inputs. */
  readonly stateOf: (resource: MockedResource) => Readonly<Record<string, unknown>>;
  /** What a provider would answer to a call (`aws:index/getRegion:getRegion`). */
  readonly call?: (token: string) => Readonly<Record<string, unknown>>;
}

/** Runs a Pulumi program without engine and provider, as a preview does. */
export async function mockedProgram<Outputs>({
  stack,
  config,
  program,
  stateOf,
  call = () => ({}),
}: MockedProgramOptions<Outputs>): Promise<MockedProgram<Outputs>> {
  const resources: MockedResource[] = [];
  const asked = new Map<string, Asked>();
  const newResource = (args: pulumi.runtime.MockResourceArgs) => {
    const resource = resourceOf(args, asked.get(`${args.type} ${args.name}`));
    resources.push(resource);
    return { id: resource.id, state: { ...args.inputs, ...stateOf(resource) } };
  };
  const mocks = { newResource, call: ({ token }: pulumi.runtime.MockCallArgs) => call(token) };
  await pulumi.runtime.setMocks(mocks, 'faultline', stack, true);
  watchRequests((resource, request) => asked.set(resource, request));
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
  const outputs = program();
  await pulumi.runtime.disconnect();
  return { resources, outputs };
}

type Asked = Pick<MockedResource, 'after' | 'retainOnDelete'>;

/** What of a resource's options the mocks are not told. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getRetainondelete(): boolean;
}
interface Monitor {
  registerResource(request: RegisterRequest, ...rest: unknown[]): unknown;
}

function watchRequests(watch: (resource: string, request: Asked) => void): void {
  const monitor = getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    watch(`${request.getType()} ${request.getName()}`, {
      after: request.getDependenciesList().map((urn) => urn.split('::').slice(-2).join(' ')),
      retainOnDelete: request.getRetainondelete(),
    });
    return register(request, ...rest);
  };
}

function resourceOf(
  { type, name, inputs, provider }: pulumi.runtime.MockResourceArgs,
  { after = [], retainOnDelete = false }: Partial<Asked> = {},
): MockedResource {
  const secret: string[] = [];
  const plain = Object.entries(inputs as Record<string, unknown>).map(([key, value]) => {
    if (typeof value !== 'object' || value === null || !(SIGNATURE in value)) return [key, value];
    secret.push(key);
    return [key, (value as unknown as { value: unknown }).value];
  });
  return {
    ...{ type, name, id: `${name}-id`, inputs: Object.fromEntries(plain), secret, after, retainOnDelete },
    ...(provider && { provider }),
  };
}
