/** One stage of a ramping arrival rate: the rate moves in a straight line to `target` iterations a time unit. */
export interface Stage {
  durationMs: number;
  target: number;
}

/**
 * Intended starts of a constant arrival rate: the k-th at k / rate, for as long as that lies before the end.
 * @yields milliseconds since the scenario's start, exact and never derived from an earlier start
 */
export function* constantArrivals({
  rate,
  timeUnitMs,
  durationMs,
}: {
  rate: number;
  timeUnitMs: number;
  durationMs: number;
}): Generator<number> {
  for (let k = 0; ; k++) {
    const at = (k * timeUnitMs) / rate;
    if (at >= durationMs) return;
    yield at;
  }
}

/**
 * Intended starts of a ramping arrival rate. The number of starts due at time t is the area under the rate up to t;
 * the k-th iteration starts when that area reaches k. Within a stage with rate r0 + a·t the area n is reached at
 * t = 2n / (r0 + √(r0² + 2an)), a form that holds for a = 0 as well and loses no digits.
 * @yields milliseconds since the scenario's start
 */
export function* rampingArrivals({
  startRate,
  stages,
  timeUnitMs,
}: {
  startRate: number;
  stages: Stage[];
  timeUnitMs: number;
}): Generator<number> {
  let k = 0;
  let before = 0;
  let offset = 0;
  let from = startRate / timeUnitMs;
  for (const { durationMs, target } of stages) {
    const to = target / timeUnitMs;
    const area = ((from + to) / 2) * durationMs;
    const slope = durationMs > 0 ? (to - from) / durationMs : 0;
    for (; k < before + area; k++) {
      const n = k - before;
      const root = Math.sqrt(Math.max(0, from * from + 2 * slope * n));
      // n = 0 with a rate of 0 starts at once: 0 / 0 otherwise.
      yield offset + (n === 0 ? 0 : Math.min(durationMs, (2 * n) / (from + root)));
    }
    before += area;
    offset += durationMs;
    from = to;
  }
}
