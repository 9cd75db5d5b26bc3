/** 15213 → `15,213`, in every language the same. */
export const count = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** Three digits are as many as can be compared at a glance; none for null. */
export function short(value: number | null): string {
  if (value === null) return '–';
  if (Math.abs(value) >= 1000) return count(value);
  return String(Number(value.toPrecision(3)));
}

/** 0.0393 → `3.93 %` */
export function percent(share: number | null): string {
  if (share === null) return '–';
  return `${share > 0 && share < 0.0001 ? '<0.01' : Number((share * 100).toPrecision(3))} %`;
}

/** ms → `0.42 ms`, `98 ms`, `1.5 s` */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 1000
    ? `${Number((ms / 1000).toPrecision(3))} s`
    : `${Number(ms.toPrecision(ms < 1 ? 2 : 3))} ms`;
}

/** Since the start of a run: `3:05`, or `1:03:05`. */
export function sinceStart(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** Epoch ms → `2026-11-27 02:41:56` */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
/** Epoch ms → `02:41:56` */
export const utcTime = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
