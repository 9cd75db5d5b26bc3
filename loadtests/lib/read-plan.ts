import type { Plan } from '../campaign/plan/plan.ts';
import type { Env } from './config.ts';

/**
 * FAULTLINE_PLAN, a plan as JSON text; undefined where there is none. Throws an Error when it is no plan, or not one of
 * `scenario` alone.
 */
export function readPlan({ env, scenario }: { env: Env; scenario?: string }): Plan | undefined {
  const text = env.FAULTLINE_PLAN;
  if (!text) return undefined;
  const plan = parse(text);
  if (plan?.schema_version !== 1 || !Array.isArray(plan.cases))
    throw new Error(
      `FAULTLINE_PLAN must be JSON as this prints it: npx faultline plan --json, got "${text.slice(0, 80)}"`,
    );
  const names = plan.cases.map((planned) => planned.scenario);
  if (scenario !== undefined && (names.length !== 1 || names[0] !== scenario))
    throw new Error(
      `FAULTLINE_PLAN must have the one case ${scenario} for this script, got ${names.join(', ') || 'none'}; the script of campaigns is 20-campaign.ts`,
    );
  return plan;
}

function parse(text: string): Plan | undefined {
  try {
    return JSON.parse(text) as Plan;
  } catch {
    return undefined;
  }
}
