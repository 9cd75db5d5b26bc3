/**
 * A migration drops an index that the list of users needs: the statement reads a whole table, and everybody behind it
 * waits. Then it is taken back.
 *
 *   k6 run -e FAULTLINE_CONTROL_URL=… -e FAULTLINE_CONTROL_TOKEN=… loadtests/scenarios/05-slow-query.ts
 *
 * Timeline and its variables: campaign/plan/case-plan.ts; the stack's: lib/config.ts.
 */
import { scenarioScript } from '../lib/planned.ts';

const script = scenarioScript({ scenario: '05-slow-query', env: __ENV });

export const options = script.options;
export const setup = script.setup;
export const customers = script.customers;
export const change = script.change;
export const revert = script.revert;
export const teardown = script.teardown;
