/**
 * A release goes out that does what that of 03-pool-exhaustion does, without its defect, and is rolled back. Customers notice
 * the replacement at most.
 *
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/07-sound-release.ts
 *
 * Timeline and its variables: campaign/plan/case-plan.ts; the stack's: lib/config.ts.
 */
import { scenarioScript } from '../lib/planned.ts';

const script = scenarioScript({ scenario: '07-sound-release', env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
