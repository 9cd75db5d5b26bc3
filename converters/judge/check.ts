import type { QualityCheck } from './quality.ts';

export interface CheckOptions {
  readonly name: string;
  readonly title: string;
  readonly gate?: boolean;
  readonly ok: boolean | null;
  readonly figure: string | number;
  readonly limit: string | number;
}

/** A check without a gate marks a run, and no more. */
export const check = ({ gate = false, figure, limit, ...rest }: CheckOptions): QualityCheck => ({
  ...rest,
  gate,
  figure: String(figure),
  limit: String(limit),
});
