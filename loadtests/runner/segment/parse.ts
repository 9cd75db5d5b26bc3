import { errors } from '../errors.ts';
import { Division, greatestCommonDivisor } from './division.ts';

/** A part of 1, as `numerator / denominator`. */
interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

interface Segment {
  readonly from: Fraction;
  readonly to: Fraction;
}

const SEGMENT = '--execution-segment';
const SEQUENCE = '--execution-segment-sequence';
/** Beyond that a fraction is a slip of the pen. */
const FINEST = 10_000;

/**
 * What k6 takes: `1/4:2/4`, `0.25:0.5` or `25%:50%` for the segment, `1/4` for one that begins at 0; `0,1/4,2/4,3/4,1` for
 * the ends of all segments. Without these ends a segment of length 1/n is one of n equal ones (k6 takes the rest for one or
 * two segments, so that processes that were not told the ends do not fit together).
 * @throws INVALID_SEGMENT
 */
export function parseSegment({
  segment,
  sequence,
}: {
  segment?: string | undefined;
  sequence?: string | undefined;
}): Division {
  if (segment === undefined) {
    if (sequence !== undefined)
      throw errors.invalidSegment(SEQUENCE, `is of use with ${SEGMENT} only`, sequence);
    return Division.WHOLE;
  }
  const own = readSegment(segment);
  const ends = sequence === undefined ? equalEnds(own, segment) : readEnds(sequence);
  const common = commonDenominator(ends, sequence === undefined ? [SEGMENT, segment] : [SEQUENCE, sequence]);
  const at = ends.map(({ numerator, denominator }) => (numerator * common) / denominator);
  const weights = at.slice(1).map((end, i) => end - (at[i] as number));
  const index = ends.findIndex((end, i) => {
    const next = ends[i + 1];
    return isSame(end, own.from) && next !== undefined && isSame(next, own.to);
  });
  if (index < 0)
    throw errors.invalidSegment(SEGMENT, `must be one of the segments between ${sequence}`, segment);
  return new Division({ weights, segment: index });
}

function readSegment(text: string): Segment {
  const [first = '', second, ...more] = text.split(':');
  const from = readFraction(second === undefined ? '0' : first);
  const to = readFraction(second ?? first);
  if (!from || !to || more.length > 0 || !isBefore(from, to))
    throw errors.invalidSegment(SEGMENT, 'must be FROM:TO with 0 <= FROM < TO <= 1, such as 1/4:2/4', text);
  return { from, to };
}

function readEnds(text: string): Fraction[] {
  const ends = text.split(',').map(readFraction);
  const rises = ends.every((end, i) => {
    const before = i === 0 ? undefined : ends[i - 1];
    return end && (i === 0 ? end.numerator === 0 : before !== undefined && isBefore(before, end));
  });
  const last = ends.at(-1);
  if (!rises || !last || last.numerator !== last.denominator)
    throw errors.invalidSegment(SEQUENCE, 'must rise from 0 to 1, such as 0,1/4,2/4,3/4,1', text);
  return ends as Fraction[];
}

function equalEnds({ from, to }: Segment, text: string): Fraction[] {
  const n = commonDenominator([from, to], [SEGMENT, text]);
  const length = (to.numerator * n) / to.denominator - (from.numerator * n) / from.denominator;
  if (length !== 1)
    throw errors.invalidSegment(
      SEGMENT,
      `must be one of n equal ones, or come with ${SEQUENCE}, which says where the others end`,
      text,
    );
  return Array.from({ length: n + 1 }, (_, i) => fraction(i, n));
}

/** Undefined for what is none, or not from 0 to 1. */
function readFraction(text: string): Fraction | undefined {
  const match = /^(?:(\d{1,3})(?:\.(\d{1,4}))?(%)?|(\d{1,5})\/(\d{1,5}))$/.exec(text.trim());
  if (!match) return undefined;
  const [, whole, decimals = '', percent, numerator, denominator] = match;
  const read =
    whole === undefined
      ? fraction(Number(numerator), Number(denominator))
      : fraction(Number(whole + decimals), 10 ** decimals.length * (percent ? 100 : 1));
  return read.denominator <= FINEST && read.numerator <= read.denominator ? read : undefined;
}

/** In lowest terms. */
function fraction(numerator: number, denominator: number): Fraction {
  const common = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

/** @throws INVALID_SEGMENT where it is beyond FINEST: as many things would have to be dealt out before each has its share */
function commonDenominator(fractions: readonly Fraction[], [option, text]: [string, string]): number {
  return fractions.reduce((common, { denominator }) => {
    const next = leastCommonMultiple(common, denominator);
    if (next > FINEST)
      throw errors.invalidSegment(option, `must have a common denominator up to ${FINEST}`, text);
    return next;
  }, 1);
}

const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);
const isBefore = (a: Fraction, b: Fraction): boolean =>
  a.numerator * b.denominator < b.numerator * a.denominator;
const isSame = (a: Fraction, b: Fraction): boolean =>
  a.numerator === b.numerator && a.denominator === b.denominator;
