import * as pulumi from '@pulumi/pulumi';
import { dockerStack } from '../stack.ts';

/** How a secret value stands among a resource's inputs (rpc.specialSigKey of @pulumi/pulumi). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

export interface MockedResource {
  readonly type: string;
  readonly name: string;
  /** A secret is unwrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are secret as a whole. */
  readonly secret: readonly string[];
}

export interface MockedStack {
  /** In the order in which the program made them. */
  readonly resources: readonly MockedResource[];
  readonly outputs: Readonly<Record<string, pulumi.Output<string> | string>>;
}

/**
 * Runs the program without engine and provider, as a preview does.
 * @param config values of `faultline:<key>`
 */
export async function mockedStack(
  stack: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<MockedStack> {
  const resources: MockedResource[] = [];
  const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
    resources.push(resourceOf(type, name, inputs));
    return { id: `${name}-id`, state: { ...inputs, imageId: `sha256:${name}` } };
  };
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, 'faultline', stack, true);
  const texts = Object.entries(config).map(([key, value]) => [
    `faultline:${key}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
  const outputs = dockerStack();
  await pulumi.runtime.disconnect();
  return { resources, outputs };
}

function resourceOf(type: string, name: string, inputs: Record<string, unknown>): MockedResource {
  const secret: string[] = [];
  const plain = Object.entries(inputs).map(([key, value]) => {
    if (typeof value !== 'object' || value === null || !(SIGNATURE in value)) return [key, value];
    secret.push(key);
    return [key, (value as unknown as { value: unknown }).value];
  });
  return { type, name, inputs: Object.fromEntries(plain), secret };
}
