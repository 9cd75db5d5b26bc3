import type { CaseTruth, RunTruth, Span, TrafficShape } from '../../truth/record.ts';

/** A figure is made of so many milliseconds. */
export const WINDOW_MS = 10_000;
/** The stack starts cold, and what a case did to it is over only some time after it was taken back. */
const SETTLING_MS = 20_000;
/** With a wave, how far its phases may be apart. */
const PHASE_MS = 30_000;

/** A window of the run in which nothing was changed, and how many times the run's own traffic it had. */
export type QuietWindow = Span & { readonly factor: number };

/** Whole windows from the start of a stretch; what is shorter than a window is one window as it is. */
export function tiled({ start_ms, end_ms }: Span): Span[] {
  const count = Math.floor((end_ms - start_ms) / WINDOW_MS);
  if (count === 0) return end_ms > start_ms ? [{ start_ms, end_ms }] : [];
  return Array.from({ length: count }, (_, i) => ({
    start_ms: start_ms + i * WINDOW_MS,
    end_ms: start_ms + (i + 1) * WINDOW_MS,
  }));
}

export const inside = (at: number, { start_ms, end_ms }: Span) => at >= start_ms && at < end_ms;

/** How many times the run's own traffic a case has at a time. */
export const factorAt = ({ load }: CaseTruth, at: number) => (load && inside(at, load) ? load.factor : 1);

/**
 * Every quiet window of a run: the baselines, and what lies between the cases once they have settled.
 * @param unsettled cases after which customers were not served as before: what follows them is not quiet
 */
export function quietWindows(
  { traffic, cases }: RunTruth,
  unsettled: ReadonlySet<number> = new Set(),
): QuietWindow[] {
  const windows: QuietWindow[] = [];
  const add = (start_ms: number, end_ms: number, factor: number) => {
    const span = { start_ms: Math.max(start_ms, traffic.start_ms + SETTLING_MS), end_ms };
    if (span.end_ms - span.start_ms >= WINDOW_MS)
      for (const tile of tiled(span)) windows.push({ ...tile, factor });
  };
  for (const [i, one] of cases.entries()) {
    const { baseline, cooldown } = one.phases;
    // A short baseline counts too: it is all that its own case has.
    for (const tile of tiled(baseline)) windows.push({ ...tile, factor: factorAt(one, tile.start_ms) });
    if (unsettled.has(one.case)) continue;
    const settled = Math.max(cooldown.start_ms, one.revert?.acknowledged_ms ?? 0) + SETTLING_MS;
    const next = cases[i + 1]?.phases.baseline.start_ms ?? traffic.end_ms;
    // With a load of its own over the whole case, its cooldown is no quiet time of the others.
    if (factorAt(one, cooldown.end_ms - 1) === 1) add(settled, next, 1);
    else {
      add(settled, cooldown.end_ms, factorAt(one, cooldown.end_ms - 1));
      add(Math.max(settled, cooldown.end_ms), next, 1);
    }
  }
  return windows;
}

export interface Before {
  readonly windows: readonly Span[];
  /** False: the run had no quiet window with as much traffic, and the case's own baseline stands in. */
  readonly sameLoad: boolean;
}

/**
 * What a case is compared with: its own baseline, and every other quiet window with as much traffic; where the traffic
 * goes in a wave, those at the same phase of it.
 */
export function beforeOf({
  traffic,
  quiet,
  one,
  during,
}: {
  traffic: TrafficShape;
  quiet: readonly QuietWindow[];
  one: CaseTruth;
  during: Span;
}): Before {
  const factor = factorAt(one, during.start_ms);
  const own = (window: Span) => inside(window.start_ms, one.phases.baseline);
  const windows = quiet
    .filter((window) => window.factor === factor)
    .filter((window) => own(window) || samePhase({ traffic, window, during }));
  if (windows.length > 0) return { windows, sameLoad: true };
  return { windows: quiet.filter(own), sameLoad: false };
}

function samePhase({
  traffic,
  window,
  during,
}: {
  traffic: TrafficShape;
  window: Span;
  during: Span;
}): boolean {
  if (traffic.shape === 'flat') return true;
  // The load script fits whole waves into the run.
  const length = traffic.end_ms - traffic.start_ms;
  const wave = length / Math.max(1, Math.round(length / traffic.wavelength_ms));
  const middle = (window.start_ms + window.end_ms) / 2;
  // How far along the wave the window lies behind the start of the stretch.
  const behind = (((middle - during.start_ms) % wave) + wave) % wave;
  return behind <= during.end_ms - during.start_ms + PHASE_MS || behind >= wave - PHASE_MS;
}
