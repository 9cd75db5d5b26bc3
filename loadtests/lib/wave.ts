/** The arrival-rate part of a scenario's options. */
export interface Arrivals {
  startRate: number;
  timeUnit: string;
  stages: { duration: string; target: number }[];
}

/** k6 takes whole numbers for rates; a long time unit makes them fine enough for one session in ten minutes. */
const TIME_UNIT_SECONDS = 600;
const SEGMENTS = 12;

/**
 * A slow sine around a mean rate, in straight pieces: whole waves of about ten minutes each (a shorter run is one
 * wave), so that the mean over the run is the rate that was asked for.
 */
export function slowWave({
  perSecond,
  durationMs,
  amplitude = 0.3,
  wavelengthMs = 600_000,
}: {
  perSecond: number;
  durationMs: number;
  /** Share of the mean that the rate swings up and down. */
  amplitude?: number;
  wavelengthMs?: number;
}): Arrivals {
  const pieces = Math.max(1, Math.round(durationMs / wavelengthMs)) * SEGMENTS;
  const rateAt = (piece: number) =>
    Math.max(
      1,
      Math.round(
        perSecond * TIME_UNIT_SECONDS * (1 + amplitude * Math.sin((2 * Math.PI * piece) / SEGMENTS)),
      ),
    );
  const timeAt = (piece: number) => Math.round((durationMs * piece) / pieces);
  return {
    startRate: rateAt(0),
    timeUnit: `${TIME_UNIT_SECONDS}s`,
    stages: Array.from({ length: pieces }, (_, piece) => ({
      duration: `${timeAt(piece + 1) - timeAt(piece)}ms`,
      target: rateAt(piece + 1),
    })),
  };
}
