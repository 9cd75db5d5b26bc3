import * as aws from '@pulumi/aws';
import { named, type Place } from './place.ts';

/** Per cent of the budget at which the owner is told, of what was spent and of what the month will come to. */
const SPENT = [50, 90, 100] as const;
const FORECAST = [100] as const;

/**
 * An alarm for the costs of the whole account. A budget by tag would see nothing, and say nothing, until somebody switches the tag
 * on for billing.
 */
export function makeBudget(place: Place): void {
  const { owner, budget } = place.settings;
  const notification = (notificationType: string) => (threshold: number) => ({
    ...{ comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE', threshold, notificationType },
    subscriberEmailAddresses: [owner],
  });
  const name = named(place, 'budget');
  new aws.budgets.Budget(
    name,
    {
      ...{ name, budgetType: 'COST', timeUnit: 'MONTHLY', limitAmount: String(budget), limitUnit: 'USD' },
      notifications: [...SPENT.map(notification('ACTUAL')), ...FORECAST.map(notification('FORECASTED'))],
    },
    place.options,
  );
}
