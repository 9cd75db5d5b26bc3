import { type Arrivals, arrivals } from './arrivals.ts';

/**
 * A slow sine around a mean rate: whole waves of about ten minutes each (a shorter run is one wave), so that the mean over
 * the run is the rate that was asked for.
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
  const waves = Math.max(1, Math.round(durationMs / wavelengthMs));
  const traffic = { shape: 'slow_wave', amplitude, wavelength_ms: durationMs / waves } as const;
  return arrivals({ perSecond, durationMs, traffic });
}
