import type { CaseTruth, RunTruth, Span, TrafficShape } from '../../truth/record.ts';
import { rolloutEnd } from './rollout.ts';

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

/** When what a case did is over, as far as it was taken back. */
const settledAfter = ({ phases, revert }: CaseTruth) =>
  Math.max(phases.cooldown.start_ms, revert?.acknowledged_ms ?? 0) + SETTLING_MS;

/**
 * The baseline of a case without what the case before it may still do to it, nor the first of a load of its own: caches and
 * processes that had more to do serve faster at first. Of a short one its end, which is all that its own case has.
 */
export function baselineOf(one: CaseTruth, previous: CaseTruth | undefined): Span {
  const { start_ms, end_ms } = one.phases.baseline;
  const ownLoad = one.load && inside(start_ms, one.load) ? start_ms + SETTLING_MS : start_ms;
  const settled = Math.max(ownLoad, previous ? settledAfter(previous) : start_ms);
  return { start_ms: Math.max(start_ms, Math.min(settled, end_ms - WINDOW_MS)), end_ms };
}

/**
 * Every quiet window of a run: the baselines, and what lies between the cases once they have settled. In an interrupted run
 * nothing behind the last case that came to its end, since another may have begun.
 * @param unsettled cases after which customers were not served as before: what follows them is not quiet
 */
export function quietWindows(
  { traffic, cases, complete }: RunTruth,
  unsettled: ReadonlySet<number> = new Set(),
): QuietWindow[] {
  const windows: QuietWindow[] = [];
  const add = (start_ms: number, end_ms: number, factor: number) => {
    const span = { start_ms: Math.max(start_ms, traffic.start_ms + SETTLING_MS), end_ms };
    if (span.end_ms - span.start_ms >= WINDOW_MS)
      for (const tile of tiled(span)) windows.push({ ...tile, factor });
  };
  for (const [i, one] of cases.entries()) {
    const { cooldown } = one.phases;
    for (const tile of tiled(baselineOf(one, cases[i - 1])))
      windows.push({ ...tile, factor: factorAt(one, tile.start_ms) });
    if (unsettled.has(one.case)) continue;
    const settled = settledAfter(one);
    const last = complete ? traffic.end_ms : cooldown.end_ms;
    const next = cases[i + 1]?.phases.baseline.start_ms ?? last;
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

/**
 * What lies right before and right after a case: its baseline, and its cooldown once it is taken back. Of minutes before or
 * after it the machine may have been slower or faster by more than a harmless change is.
 */
export function around({
  one,
  previous,
  during,
}: {
  one: CaseTruth;
  previous: CaseTruth | undefined;
  during: Span;
}): Before {
  const { cooldown } = one.phases;
  const over = rolloutEnd(one.revert) ?? one.revert?.acknowledged_ms ?? cooldown.start_ms;
  const after = { start_ms: Math.max(over, cooldown.start_ms), end_ms: cooldown.end_ms };
  const windows = [baselineOf(one, previous), after].filter(({ start_ms, end_ms }) => end_ms > start_ms);
  const sameLoad = windows.every(
    (window) => factorAt(one, window.start_ms) === factorAt(one, during.start_ms),
  );
  return { windows, sameLoad };
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
  const wave = traffic.wavelength_ms;
  const middle = (window.start_ms + window.end_ms) / 2;
  // How far along the wave the window lies behind the start of the stretch.
  const behind = (((middle - during.start_ms) % wave) + wave) % wave;
  return behind <= during.end_ms - during.start_ms + PHASE_MS || behind >= wave - PHASE_MS;
}
