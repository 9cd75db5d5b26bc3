import type { Job, JobOptions } from './job.ts';

export type Work = Omit<Job, 'command'>;

/** Lengths of the phases of a scenario alone, which its script takes from the environment. */
const PHASES = ['FAULTLINE_BASELINE', 'FAULTLINE_CHANGE', 'FAULTLINE_HOLD', 'FAULTLINE_COOLDOWN'];

/** The command with everything that decides what is done to the stack, also what was left to its default. */
export function commandOf({
  door = 'run',
  target,
  campaign,
  seed,
  segments,
  job: { scenario, plan, rate, durationS },
  env,
}: JobOptions & { readonly job: Work; readonly env: NodeJS.ProcessEnv }): string {
  const alone = plan !== null && campaign === undefined;
  const phases = PHASES.filter((name) => alone && env[name]).map((name) => `${name}=${env[name]}`);
  const what = campaign === undefined ? ['--scenario', scenario] : ['--campaign', campaign];
  return [
    ...phases,
    ...(door === 'load' ? ['npx faultline load', scenario] : ['npm run dataset --', ...what]),
    ...['--seed', seed, '--rate', rate],
    ...(alone ? [] : ['--duration', `${durationS}s`]),
    ...(campaign !== undefined && plan ? ['--time-scale', plan.time_scale] : []),
    ...(door === 'run' && target === 'docker' ? ['--target docker'] : []),
    ...(segments === undefined ? [] : ['--target aws --segments', segments]),
  ].join(' ');
}
