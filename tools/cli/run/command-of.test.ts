import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignName } from '../../../loadtests/campaign/plan/campaigns.ts';
import { canonicalPlan } from '../../../loadtests/campaign/plan/canonical.ts';
import { parseDuration } from '../options.ts';
import { type JobOptions, jobOf } from './job.ts';

/** What a command line says, without the command line's own parser. */
function optionsOf(command: string): JobOptions {
  const said = new Map(
    [...command.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const number = (name: string) => (said.has(name) ? Number(said.get(name)) : undefined);
  const duration = said.get('duration');
  return {
    target: said.get('target') as 'docker' | undefined,
    campaign: said.get('campaign') as CampaignName | undefined,
    scenario: said.get('scenario'),
    seed: number('seed') ?? Number.NaN,
    ...{ rate: number('rate'), timeScale: number('time-scale') },
    durationS: duration === undefined ? undefined : parseDuration(duration),
  };
}

test('the command of a job makes the same plan again', (t) => {
  const jobs: JobOptions[] = [
    { seed: 3 },
    { seed: 3, rate: 2.5, durationS: 61 },
    { campaign: 'quick', seed: 11 },
    { campaign: 'quick', seed: 11, target: 'docker' },
    { campaign: 'standard', seed: 0, rate: 7, durationS: 9_000, timeScale: 3 },
    { scenario: '05-slow-query', seed: 5, rate: 8 },
  ];
  for (const options of jobs) {
    const job = jobOf(options);
    const again = jobOf(optionsOf(job.command));
    assert.equal(again.command, job.command);
    assert.deepEqual([again.rate, again.durationS], [job.rate, job.durationS]);
    if (job.plan) assert.equal(again.plan && canonicalPlan(again.plan), canonicalPlan(job.plan), job.command);
  }
  t.diagnostic(jobOf(jobs[3] as JobOptions).command);
});

test('phases of a scenario alone, which come from the environment, are told with it; of a stack that is up it is load', () => {
  const before = process.env.FAULTLINE_HOLD;
  process.env.FAULTLINE_HOLD = '41s';
  try {
    const { command } = jobOf({ door: 'load', scenario: '05-slow-query', seed: 5, rate: 8 });
    assert.equal(command, 'FAULTLINE_HOLD=41s npx faultline load 05-slow-query --seed 5 --rate 8');
    assert.doesNotMatch(jobOf({ campaign: 'quick', seed: 5 }).command, /FAULTLINE/);
  } finally {
    if (before === undefined) delete process.env.FAULTLINE_HOLD;
    else process.env.FAULTLINE_HOLD = before;
  }
});
