import { table } from '../../converters/card/markdown.ts';
import { HOURS, type Item, idleHour, itemOfDoor, itemsOfRun, total } from './aws-cost.ts';
import type { Tables } from './with-tables.ts';

const usd = (dollars: number): string => (dollars < 0.005 ? 'less than a cent' : `$${dollars.toFixed(2)}`);

const cells = ({ what, arithmetic, dollars }: Item): string[] => [what, arithmetic, usd(dollars)];

function costs(): string {
  const items = itemsOfRun();
  return table(
    ['what', 'arithmetic', 'US dollars'],
    [
      ...items.map(cells),
      [`**a run of ${HOURS.run} hours**`, `the stack up for ${HOURS.up}`, `**${usd(total(items))}**`],
      cells(itemOfDoor()),
      ['an hour in which nothing happens', 'what is paid by the hour', usd(idleHour())],
      ['a day of that', '24 h', usd(24 * idleHour())],
    ],
  );
}

/** Tables of docs/aws.md. */
export const AWS_TABLES: Tables = { costs };
