/**
 * A whole campaign: the plan's traffic, with each of its changes at its time.
 *
 *   export FAULTLINE_PLAN="$(npx faultline plan --campaign quick --seed 11 --json)"
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/20-campaign.ts
 *
 * The stack's variables: lib/config.ts.
 */
import { campaignScript } from '../lib/planned.ts';

const script = campaignScript({ env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
