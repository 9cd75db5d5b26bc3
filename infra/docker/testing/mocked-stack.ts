import type * as pulumi from '@pulumi/pulumi';
import { type MockedProgram, mockedProgram } from '../../testing/mocked-program.ts';
import { dockerStack } from '../stack.ts';

export type { MockedResource } from '../../testing/mocked-program.ts';
export type MockedStack = MockedProgram<Readonly<Record<string, pulumi.Output<string> | string>>>;

/** @param config values of `faultline:<key>` */
export const mockedStack = (
  stack: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<MockedStack> =>
  mockedProgram({
    stack,
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`faultline:${key}`, value])),
    program: dockerStack,
    stateOf: ({ name }) => ({ imageId: `sha256:${name}` }),
  });
