import type * as official from '../../../node_modules/@types/k6/metrics/index.d.ts';
import { requireVu } from '../engine/vu.ts';
import { errors } from '../errors.ts';
import { declareMetric, type MetricType } from '../metrics/definition.ts';
import { closed } from './closed.ts';

abstract class Metric {
  readonly name: string;

  constructor(type: MetricType, name: string, isTime = false) {
    declareMetric({ name, type, contains: isTime ? 'time' : 'default' });
    this.name = name;
  }

  add(value: number | boolean, tags: Record<string, string> = {}): void {
    const vu = requireVu(`${this.name}.add`);
    const number = Number(value);
    if (!Number.isFinite(number))
      throw errors.invalidArgument(`${this.name}.add takes a number or boolean`, value);
    vu.emit({ metric: this.name, value: number, tags: { ...vu.currentTags(), ...tags } });
  }
}

/** A sum. */
export class Counter extends Metric {
  constructor(name: string, isTime?: boolean) {
    super('counter', name, isTime);
  }
}

/** The latest value, with least and greatest. */
export class Gauge extends Metric {
  constructor(name: string, isTime?: boolean) {
    super('gauge', name, isTime);
  }
}

/** The share of values that are not zero. */
export class Rate extends Metric {
  constructor(name: string, isTime?: boolean) {
    super('rate', name, isTime);
  }
}

/** A distribution. */
export class Trend extends Metric {
  constructor(name: string, isTime?: boolean) {
    super('trend', name, isTime);
  }
}

type Kind = 'Counter' | 'Gauge' | 'Rate' | 'Trend';
/** k6 brands its classes, so the public members are what can be compared. */
type Offered = {
  [K in Kind]: new (
    ...args: ConstructorParameters<(typeof official)[K]>
  ) => Pick<InstanceType<(typeof official)[K]>, 'name' | 'add'>;
};

const offered = { Counter, Gauge, Rate, Trend } satisfies Offered;

export default closed('k6/metrics', offered);
