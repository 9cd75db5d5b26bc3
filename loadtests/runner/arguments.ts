import { parseArgs } from 'node:util';
import type { LeftOut } from './engine/test.ts';
import { errors } from './errors.ts';
import type { Division } from './segment/division.ts';
import { parseSegment } from './segment/parse.ts';

/** What the command line asks for. */
export interface Arguments {
  readonly command: 'run' | 'sum-up';
  readonly script: string;
  /** What scripts see as `__ENV`. */
  readonly env: Record<string, string>;
  /** Written by `run`, read by `sum-up`. */
  readonly pointsFile: string | undefined;
  readonly exportFile: string | undefined;
  readonly quiet: boolean;
  readonly division: Division;
  readonly leftOut: LeftOut;
}

const USAGE =
  'usage: run [--out json=FILE] [--summary-export FILE] [-e NAME=VALUE] [--execution-segment FROM:TO] SCRIPT';

/**
 * The part of k6's command line that the runner has:
 *
 *   run [--out json=FILE] [--summary-export FILE] [-e NAME=VALUE]… [--quiet]
 *       [--no-setup] [--no-teardown] [--no-thresholds]
 *       [--execution-segment FROM:TO [--execution-segment-sequence 0,…,1]] SCRIPT
 *
 * and, of its own, `sum-up --points FILE SCRIPT`: the summary and thresholds of points that are there already.
 * @throws INVALID_ARGUMENT, INVALID_SEGMENT
 */
export function readArguments(argv: string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [command, script, ...more] = positionals;
  const known = command === 'run' || (command === 'sum-up' && values.points !== undefined);
  if (!known || !script || more.length > 0) throw errors.invalidArgument(USAGE, argv);
  if (values.out !== undefined && !values.out.startsWith('json='))
    throw errors.invalidArgument('--out must be json=FILE', values.out);
  return {
    ...{ command, script, env: envOf(values.env ?? []) },
    quiet: values.quiet ?? false,
    pointsFile: command === 'run' ? values.out?.slice('json='.length) : values.points,
    exportFile: values['summary-export'],
    division: parseSegment({
      segment: values['execution-segment'],
      sequence: values['execution-segment-sequence'],
    }),
    leftOut: {
      setup: values['no-setup'] ?? false,
      teardown: values['no-teardown'] ?? false,
      thresholds: values['no-thresholds'] ?? false,
    },
  };
}

function envOf(pairs: readonly string[]): Record<string, string> {
  const env = { ...(process.env as Record<string, string>) };
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    if (split < 1) throw errors.invalidArgument('-e must be NAME=VALUE', pair);
    env[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return env;
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        points: { type: 'string' },
        'summary-export': { type: 'string' },
        env: { type: 'string', short: 'e', multiple: true },
        quiet: { type: 'boolean', short: 'q' },
        'execution-segment': { type: 'string' },
        'execution-segment-sequence': { type: 'string' },
        'no-setup': { type: 'boolean' },
        'no-teardown': { type: 'boolean' },
        'no-thresholds': { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw errors.invalidArgument(cause instanceof Error ? cause.message : String(cause), argv);
  }
}
