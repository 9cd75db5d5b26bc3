/**
 * A flag turns on code that has no defect, and off again: the twin of 02-heap-leak. Customers notice nothing.
 *
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/06-plain-flag.ts
 *
 * Timeline and its variables: campaign/plan/case-plan.ts; the stack's: lib/config.ts.
 */
import { scenarioScript } from '../lib/planned.ts';

const script = scenarioScript({ scenario: '06-plain-flag', env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
