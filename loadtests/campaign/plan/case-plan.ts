import { type Env, readRate, readSeed } from '../../lib/config.ts';
import { readDuration } from '../../lib/duration.ts';
import { CAMPAIGNS, CHANGE_S } from './campaigns.ts';
import { type Change, type ChangeKind, scenarioOf } from './catalogue.ts';
import { placeCase, requestsOf } from './place.ts';
import { type Plan, scaledBy } from './plan.ts';

const QUICK_SCALE = CAMPAIGNS.quick.timeScale;
const DEFAULT_S = { baseline: 60, cooldown: 60 };

/**
 * The plan of one scenario alone; the script makes it from its environment, and so does whoever starts the script:
 *
 *   FAULTLINE_BASELINE  default 60s, with a sixth as much traffic before it that counts for nothing
 *   FAULTLINE_CHANGE    what a change may take; default by its kind
 *   FAULTLINE_HOLD      default: what its mechanism needs at the time scale of the quick campaign. As much longer as it
 *                       holds, as much smaller is the time scale.
 *   FAULTLINE_COOLDOWN  default 60s
 *   FAULTLINE_SEED, FAULTLINE_RATE where `seed` and `rate` are not given
 *
 * Whole seconds. Throws an Error that names the variable, its rule and its value.
 */
export function casePlan({
  scenario: name,
  env = {},
  seed = Number(readSeed(env)),
  rate = readRate(env),
  changeS = {},
}: {
  /** Name in the catalogue. */
  scenario: string;
  env?: Env;
  seed?: number | undefined;
  rate?: number | undefined;
  changeS?: Partial<Readonly<Record<ChangeKind, number>>> | undefined;
}): Plan {
  const scenario = scenarioOf(name);
  const seconds = (variable: string, fallback: number) =>
    Math.round(readDuration({ name: variable, text: env[variable] || `${fallback}s` }) / 1000);
  const usual = scenario.hold.least[1];
  const [baseline, hold, cooldown] = [
    seconds('FAULTLINE_BASELINE', DEFAULT_S.baseline),
    seconds('FAULTLINE_HOLD', usual),
    seconds('FAULTLINE_COOLDOWN', DEFAULT_S.cooldown),
  ];
  const took = (of: Change | null) =>
    of ? seconds('FAULTLINE_CHANGE', changeS[of.kind] ?? CHANGE_S[of.kind]) : 0;
  const lengths = [baseline, took(scenario.change), hold, took(scenario.revert), cooldown];
  const startS = Math.floor(baseline / 6);
  const durationS = startS + lengths.reduce((sum, length) => sum + length, 0);
  const cases = [placeCase({ scenario, lengths, startS })];
  const time_scale = Math.max(1, Math.round((QUICK_SCALE * usual) / hold));
  return {
    schema_version: 1,
    campaign: null,
    seed,
    duration_ms: durationS * 1000,
    time_scale,
    scaled: scaledBy(time_scale, cases),
    traffic: { shape: 'flat', rate, requests: requestsOf({ rate, durationS, cases }) },
    cases,
  };
}
