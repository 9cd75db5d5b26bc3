import { InfraError } from '../../errors.ts';
import type { ComponentName } from '../../topology/component.ts';

const GIB = 1024;
const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => (from + i) * GIB);

/** Memory in MiB that a Fargate task can have, by its processor units. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  256: [512, GIB, 2 * GIB],
  512: steps(1, 4),
  1024: steps(2, 8),
  2048: steps(4, 16),
  4096: steps(8, 30),
};

/**
 * The least memory of a task, in MiB, with so many processor units and so much for its containers.
 * @throws LIMIT_NOT_SUPPORTED
 */
export function fargateMemory({ name, cpu, needed }: { name: string; cpu: string; needed: number }): number {
  const sizes = SIZES[cpu] ?? [];
  const size = sizes.find((one) => one >= needed);
  if (size !== undefined) return size;
  const rule = `a task of ${cpu} processor units can have ${sizes.at(-1)} MiB; give it more of them (faultline:cpu)`;
  throw new InfraError('LIMIT_NOT_SUPPORTED', [name, rule, needed]);
}

/**
 * The memory of a task whose container gets so much more: the next size that Fargate has, and never less than it was.
 * @throws LIMIT_NOT_SUPPORTED
 */
export const taskMemory = ({
  component,
  cpu = '',
  memory = '0',
  more,
}: {
  component: ComponentName;
  cpu: string | undefined;
  memory: string | undefined;
  more: number;
}): string => String(fargateMemory({ name: component, cpu, needed: Number(memory) + Math.max(0, more) }));
