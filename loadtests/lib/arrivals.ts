import type { TrafficShape } from '../campaign/plan/campaigns.ts';

/** The arrival-rate part of a scenario's options. */
export interface Arrivals {
  startRate: number;
  timeUnit: string;
  stages: { duration: string; target: number }[];
}

/** From `start_ms` to before `end_ms` after the start there is `factor` times as much traffic. */
export interface Load {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly factor: number;
}

/** k6 takes whole numbers for rates; a long time unit makes them fine enough for one session in ten minutes. */
const TIME_UNIT_SECONDS = 600;
/** Straight pieces of a wave. */
const SEGMENTS = 12;

/**
 * A rate over time in straight pieces: the shape of the traffic, times the factor of each load. A load begins and ends with a
 * jump, which is a stage of no length.
 */
export function arrivals({
  perSecond,
  durationMs,
  traffic,
  loads = [],
}: {
  /** The mean, without loads. */
  perSecond: number;
  durationMs: number;
  traffic: TrafficShape;
  loads?: readonly Load[];
}): Arrivals {
  const rate = (at: number, during: number) =>
    Math.max(1, Math.round(perSecond * TIME_UNIT_SECONDS * shapeAt(traffic, at) * factorAt(loads, during)));
  const edges = edgesOf({ durationMs, traffic, loads });
  const stages: Arrivals['stages'] = [];
  let target = rate(0, 0);
  const startRate = target;
  for (const [i, end] of edges.entries()) {
    const start = edges[i - 1] ?? 0;
    const [from, to] = [rate(start, start), rate(end, start)];
    if (from !== target) stages.push({ duration: '0s', target: from });
    stages.push({ duration: `${end - start}ms`, target: to });
    target = to;
  }
  return { startRate, timeUnit: `${TIME_UNIT_SECONDS}s`, stages };
}

/** Where a piece ends, in ascending order; the last is the end of all. */
function edgesOf({
  durationMs,
  traffic,
  loads,
}: {
  durationMs: number;
  traffic: TrafficShape;
  loads: readonly Load[];
}): number[] {
  const edges = new Set([durationMs, ...loads.flatMap(({ start_ms, end_ms }) => [start_ms, end_ms])]);
  if (traffic.shape === 'slow_wave') {
    const piece = traffic.wavelength_ms / SEGMENTS;
    for (let i = 1; i * piece < durationMs; i++) edges.add(Math.round(i * piece));
  }
  return [...edges].filter((edge) => edge > 0 && edge <= durationMs).sort((a, b) => a - b);
}

/** 1 in the mean. Between the ends of a wave's pieces the rate is a straight line, also where a load cuts one in two. */
function shapeAt(traffic: TrafficShape, at: number): number {
  if (traffic.shape === 'flat') return 1;
  const place = (at * SEGMENTS) / traffic.wavelength_ms;
  const piece = Math.floor(place);
  const end = (index: number) => 1 + traffic.amplitude * Math.sin((2 * Math.PI * index) / SEGMENTS);
  return end(piece) + (end(piece + 1) - end(piece)) * (place - piece);
}

const factorAt = (loads: readonly Load[], at: number): number =>
  loads.find(({ start_ms, end_ms }) => at >= start_ms && at < end_ms)?.factor ?? 1;
