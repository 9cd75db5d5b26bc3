/** What a customer can show interest by. */
const signals = ['seen', 'searched', 'bought'] as const;
type Signal = (typeof signals)[number];

const hoursOfDay = 24;

/** How much a signal counts, per mille, that was given so many hours ago. */
interface Weight {
  signal: Signal;
  hour: number;
  weight: number;
}

/** A customer's weights for every hour of some days, newest first: 24 × days × 3 of them. */
export type Affinity = Weight[];

/** Interest is halved by the day; what a request is about counts double in the last one. */
export function affinityOf({ days, searched }: { days: number; searched: boolean }): Affinity {
  const about: Signal = searched ? 'searched' : 'seen';
  const weights: Affinity = [];
  for (let hour = 0; hour < hoursOfDay * days; hour += 1) {
    const weight = 500 >> (hour / hoursOfDay);
    for (const signal of signals)
      weights.push({ signal, hour, weight: signal === about && hour < hoursOfDay ? 2 * weight : weight });
  }
  return weights;
}
