import type { About } from './facts.ts';
import type { Judged } from './read/documents.ts';

const STEADY = '01-steady';

/** What makes a run of the same plan; null of telemetry that was not made here. */
export function commandOf({ target, seed, time_scale }: About, judged: Judged | null): string | null {
  if (!judged || target === 'foreign') return null;
  const { campaign, traffic = null } = judged;
  const scenario = traffic?.scenario ?? STEADY;
  const given: [option: string, value: string | number | undefined][] = [
    ['--target', target === 'embedded' ? undefined : target],
    ['--campaign', campaign ?? undefined],
    ['--scenario', campaign !== null || scenario === STEADY ? undefined : scenario],
    ['--seed', seed],
    ['--rate', traffic?.rate],
    // one scenario alone has phases instead
    [
      '--duration',
      traffic && (campaign !== null || scenario === STEADY) ? `${traffic.duration_s}s` : undefined,
    ],
    ['--time-scale', campaign === null ? undefined : time_scale],
  ];
  const options = given.flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${value}`]));
  return ['npx faultline run', ...options].join(' ');
}
