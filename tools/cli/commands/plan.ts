import { randomInt } from 'node:crypto';
import { Command, Option } from 'commander';
import type { CampaignName } from '../../../loadtests/campaign/plan/campaigns.ts';
import { canonicalPlan, planHash } from '../../../loadtests/campaign/plan/canonical.ts';
import type { Change } from '../../../loadtests/campaign/plan/catalogue.ts';
import { type Plan, type PlannedCase, plan, type Span } from '../../../loadtests/campaign/plan/plan.ts';
import { TIMELINE_MARKS, timeline } from '../../../loadtests/campaign/plan/timeline.ts';
import { campaignOption, parseDuration, parseRate, parseSeed, timeScaleOption } from '../options.ts';
import { formatTable } from '../table.ts';

interface PlanCommandOptions {
  campaign: CampaignName;
  seed?: number;
  duration?: number;
  rate?: number;
  timeScale?: number;
  json?: boolean;
}

export const planCommand = (_finish: (code: number) => void) =>
  new Command('plan')
    .description('shows what a campaign will do and when, before anything runs')
    .addOption(campaignOption().default('quick'))
    .addOption(
      new Option('--seed <n>', 'same seed, same plan (default: a random one, printed)').argParser(parseSeed),
    )
    .addOption(
      new Option('--duration <time>', 'length of the run (default: the campaign’s)').argParser(parseDuration),
    )
    .addOption(new Option('--rate <n>', 'requests a second (default: the campaign’s)').argParser(parseRate))
    .addOption(timeScaleOption())
    .option('--json', 'print the plan as one line of JSON; its SHA-256 is the plan hash of a run')
    .action(({ json = false, seed = randomInt(2 ** 32 - 1), ...options }: PlanCommandOptions) => {
      const { campaign, duration: durationS, rate, timeScale } = options;
      const made = plan({ campaign, seed, durationS, rate, timeScale });
      if (json) process.stdout.write(canonicalPlan(made));
      else console.log(told(made));
    });

function told(made: Plan): string {
  const { campaign, seed, duration_ms, time_scale, traffic, cases } = made;
  const wave =
    traffic.shape === 'flat'
      ? 'at a flat rate'
      : `in waves of ± ${traffic.amplitude * 100} % over ${clock(traffic.wavelength_ms)}`;
  const lines = [
    `campaign ${campaign}, seed ${seed}: ${clock(duration_ms)}, time scale ${time_scale}`,
    `traffic: ${traffic.rate} requests/s ${wave}, about ${traffic.requests} in all`,
    `plan hash: ${planHash(made)}`,
  ];
  if (cases.length === 0) return [...lines, 'cases: none, nothing changes'].join('\n');
  const marks = Object.entries(TIMELINE_MARKS).map(([mark, meaning]) => `${mark} ${meaning}`);
  return [...lines, '', table(cases), '', timeline(made), marks.join('   ')].join('\n');
}

function table(cases: readonly PlannedCase[]): string {
  const head = ['baseline', 'change', 'holds', 'until', 'cooled down', 'scenario', '', 'what changes'];
  const rows = cases.map(({ phases, scenario, truth, change, load }) => [
    clock(phases.baseline.start_ms),
    clock(phases.change.start_ms),
    clock(lengthOf(phases.hold)),
    clock(phases.hold.end_ms),
    clock(phases.cooldown.end_ms),
    scenario,
    truth,
    [...(change ? [changeText(change)] : []), ...(load ? [`${load.factor} × the traffic`] : [])].join(', '),
  ]);
  return formatTable(head, rows);
}

const changeText = ({ kind, name, service, from, to }: Change) =>
  [
    `${kind} of ${service}`,
    ...(name.startsWith(service) ? [] : [name]),
    ...(from === to ? [] : [`${from} → ${to}`]),
  ].join(' ');

const lengthOf = ({ start_ms, end_ms }: Span) => end_ms - start_ms;

/** `h:mm:ss`, or `m:ss` below an hour. */
function clock(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(Math.floor);
  const two = (value = 0) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
