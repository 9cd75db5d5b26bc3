/**
 * A release goes out whose error branch does not give its database connection back: request by request the pool runs dry,
 * until the release is rolled back.
 *
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/03-pool-exhaustion.ts
 *
 * Timeline and its variables: campaign/plan/case-plan.ts; the stack's: lib/config.ts.
 */
import { scenarioScript } from '../lib/planned.ts';

const script = scenarioScript({ scenario: '03-pool-exhaustion', env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
