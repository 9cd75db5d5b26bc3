import { costOf, loadOf, PRICES as SCALE_PRICES } from './scale-model.ts';

/** US East (N. Virginia), US dollars, looked up on 2026-11-27; where they were read is in docs/aws.md. */
export const PRICES = {
  fargateCpuHour: SCALE_PRICES.fargateCpuHour,
  fargateGbHour: SCALE_PRICES.fargateGbHour,
  databaseHour: 0.016,
  databaseGbMonth: 0.115,
  /** Of Redis OSS on the same node: that of Valkey, which is lower, was not found. */
  cacheNodeHour: 0.016,
  balancerHour: 0.0225,
  balancerUnitHour: 0.008,
  endpointHour: 0.01,
  keyMonth: 1,
  secretMonth: 0.4,
  logsGb: 0.5,
  namesMonth: 0.5,
  nameMonth: 0.1,
  addressHour: 0.005,
} as const;

const MONTH_HOURS = 730;

interface Task {
  readonly vcpu: number;
  readonly gb: number;
}

/** What `pulumi up` makes where nothing is set. A test compares with the program. */
export const STACK = {
  services: 6,
  service: { vcpu: 0.5, gb: 1 },
  control: { vcpu: 0.25, gb: 0.5 },
  load: { vcpu: 1, gb: 2 },
  seal: { vcpu: 2, gb: 4 },
  databaseGb: 20,
  caches: 2,
  balancers: 1,
  endpoints: 6,
  secrets: 8,
  names: 7,
} as const;

/** Hours that the stack is up for a run of two, of which nobody has measured the rest; hours that its dataset is made in. */
export const HOURS = { up: 3, run: 2, seal: 0.25 } as const;

export interface Item {
  readonly what: string;
  readonly arithmetic: string;
  readonly dollars: number;
  /** While the stack is up, whether anything happens or not. */
  readonly idle: boolean;
}

const taskHour = ({ vcpu, gb }: Task): number => vcpu * PRICES.fargateCpuHour + gb * PRICES.fargateGbHour;
const taskText = ({ vcpu, gb }: Task): string =>
  `(${vcpu} × $${PRICES.fargateCpuHour} + ${gb} × $${PRICES.fargateGbHour})`;

/** An item that is paid by the hour that the stack is up. */
const hourly = (what: string, dollarsAnHour: number, text: string): Item => ({
  ...{ what, arithmetic: `${text} × ${HOURS.up} h`, dollars: dollarsAnHour * HOURS.up, idle: true },
});
const monthly = (what: string, count: number, dollars: number): Item =>
  hourly(what, (count * dollars) / MONTH_HOURS, `${count} × $${dollars} / ${MONTH_HOURS} h`);

const services: Task = {
  vcpu: STACK.services * STACK.service.vcpu + STACK.control.vcpu,
  gb: STACK.services * STACK.service.gb + STACK.control.gb,
};

/** The items of a run of two hours, and what each costs. */
export function itemsOfRun(): readonly Item[] {
  const { run, seal } = HOURS;
  const path = costOf(loadOf(1));
  const converting = path.lambda + path.sqs + path.s3;
  const once = (what: string, arithmetic: string, dollars: number): Item => ({
    ...{ what, arithmetic, dollars, idle: false },
  });
  const { databaseHour, databaseGbMonth, cacheNodeHour, balancerHour, balancerUnitHour } = PRICES;
  return [
    hourly('six services and control, on Fargate', taskHour(services), taskText(services)),
    once('load, one segment', `${taskText(STACK.load)} × ${run} h`, taskHour(STACK.load) * run),
    once(
      'converting what is left, and sealing',
      `${taskText(STACK.seal)} × ${seal} h`,
      taskHour(STACK.seal) * seal,
    ),
    hourly('Postgres (db.t4g.micro)', databaseHour, `$${databaseHour}`),
    monthly('its disk, GB', STACK.databaseGb, databaseGbMonth),
    hourly(
      'cache and queue (cache.t4g.micro)',
      STACK.caches * cacheNodeHour,
      `${STACK.caches} × $${cacheNodeHour}`,
    ),
    hourly(
      'load balancer, and one unit of its capacity',
      STACK.balancers * balancerHour + balancerUnitHour,
      `($${balancerHour} + $${balancerUnitHour})`,
    ),
    hourly(
      'interface endpoints',
      STACK.endpoints * PRICES.endpointHour,
      `${STACK.endpoints} × $${PRICES.endpointHour}`,
    ),
    once(
      'Lambda, its queue, requests to S3',
      `$${converting.toFixed(2)} an hour ([scale.md](scale.md#cost), 1 ×) × ${run} h`,
      converting * run,
    ),
    monthly('the key', 1, PRICES.keyMonth),
    monthly('secrets', STACK.secrets, PRICES.secretMonth),
    monthly('registered names', STACK.names, PRICES.nameMonth),
    once('private DNS zone: a whole month', `$${PRICES.namesMonth}`, PRICES.namesMonth),
    once('lines in log groups: 0.1 GB, assumed', `0.1 × $${PRICES.logsGb}`, 0.1 * PRICES.logsGb),
  ];
}

/** What comes to it where somebody is let in from the Internet: two zones, and two addresses in each while it grows. */
export function itemOfDoor(): Item {
  const { balancerHour, balancerUnitHour, addressHour } = PRICES;
  return hourly(
    'with `allow`, a second load balancer and four public addresses at most',
    balancerHour + balancerUnitHour + 4 * addressHour,
    `($${balancerHour} + $${balancerUnitHour} + 4 × $${addressHour})`,
  );
}

export const total = (items: readonly Item[]): number => items.reduce((sum, { dollars }) => sum + dollars, 0);

/** An hour in which the stack is up and nothing happens. */
export const idleHour = (): number => total(itemsOfRun().filter(({ idle }) => idle)) / HOURS.up;
