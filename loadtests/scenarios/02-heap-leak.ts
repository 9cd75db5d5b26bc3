/**
 * A flag turns on code that keeps what each request brought along, so that web-api's heap fills up; then it is turned off.
 *
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/02-heap-leak.ts
 *
 * Timeline and its variables: campaign/plan/case-plan.ts; the stack's: lib/config.ts.
 */
import { scenarioScript } from '../lib/planned.ts';

const script = scenarioScript({ scenario: '02-heap-leak', env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
