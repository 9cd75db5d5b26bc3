/** One of several processes that run one execution together, from 1. */
export interface Segment {
  readonly number: number;
  readonly of: number;
}

/**
 * What k6, and the bundled runner, is told of its segment. Thresholds are about all of them, so nobody judges alone; what has
 * changed is taken back by the one that makes the changes.
 */
export function segmentArguments({ number, of }: Segment): string[] {
  const ends = Array.from({ length: of + 1 }, (_, end) =>
    end === 0 ? '0' : end === of ? '1' : `${end}/${of}`,
  );
  return [
    ...['--execution-segment', `${ends[number - 1]}:${ends[number]}`],
    ...['--execution-segment-sequence', ends.join(',')],
    '--no-thresholds',
    ...(number === 1 ? [] : ['--no-teardown']),
  ];
}
