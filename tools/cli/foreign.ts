import type { ConvertReport } from '../../converters/convert.ts';
import { convertForeign, type ForeignOptions } from '../../converters/convert-foreign.ts';
import { convertPrometheus } from '../../converters/convert-prometheus.ts';
import { Prometheus } from '../../converters/prometheus/api.ts';
import { TOKEN_VARIABLE } from '../../converters/prometheus/errors.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import type { RunId } from '../../converters/run/run-id.ts';
import { openStore } from '../../converters/store/open.ts';
import type { Partition } from '../../converters/write/partition.ts';
import { CliError } from './errors.ts';
import type { Update } from './steps.ts';

export interface SourceOptions {
  readonly from?: string;
  readonly fromPrometheus?: string;
  readonly match?: string;
  /** Of a run of ours: only what has no parts yet. */
  readonly missing?: boolean;
  /** Of the dataset, which a run of ours gets from `seal`. */
  readonly partition?: Partition;
  readonly to?: string;
  readonly runId?: RunId;
  /** Epoch ms. */
  readonly since?: number;
  /** Epoch ms. */
  readonly until?: number;
}

/** Telemetry that was not made here, and what its dataset is to be. */
export interface Foreign {
  /** Where it comes from, for people. */
  readonly url: string;
  readonly to: string;
  readonly runId: RunId;
  convert(options: Common, update: Update): Promise<{ record: RunRecord; report: ConvertReport }>;
}
type Common = Pick<ForeignOptions, 'raw' | 'workers' | 'versions'> & { readonly signal: AbortSignal };

/** Undefined for a run of ours. @throws `OPTION_INVALID`, `INVALID_URL`, `INVALID_PROMETHEUS_URL` */
export function foreignOf(
  argument: RunId | undefined,
  options: SourceOptions & { readonly endpoint?: string },
): Foreign | undefined {
  const { from, fromPrometheus, match, missing, partition, to, runId, since, until } = options;
  const invalid = (text: string) => new CliError('OPTION_INVALID', text);
  const which = fromPrometheus === undefined ? '--from' : '--from-prometheus';
  if (from === undefined && fromPrometheus === undefined) {
    if ([match, partition, to, runId, since, until].some((option) => option !== undefined))
      throw invalid(
        '--to, --run-id, --since, --until, --match and --partition go with --from or --from-prometheus: say where the telemetry lies',
      );
    if (argument === undefined)
      throw invalid(
        'convert needs a run id, or --from, --to and --run-id, or --from-prometheus, --since, --to and --run-id: see `faultline convert --help`',
      );
    return undefined;
  }
  if (from !== undefined && fromPrometheus !== undefined)
    throw invalid('--from and --from-prometheus are two sources: give one of them');
  if (missing) throw invalid(`--missing is for a run that was made here, not for ${which}`);
  if (argument !== undefined) throw invalid(`with ${which} the run id is an option: --run-id ${argument}`);
  if (to === undefined || runId === undefined) throw invalid(`${which} needs --to and --run-id, too`);
  if (since !== undefined && until !== undefined && since >= until)
    throw invalid('--since must be before --until');
  const common = { to, runId };
  if (fromPrometheus !== undefined) {
    if (since === undefined)
      throw invalid('--from-prometheus needs --since, too: from when on to read samples');
    return { ...common, ...samplesOf({ url: fromPrometheus, match, runId, since, until }) };
  }
  if (match !== undefined) throw invalid('--match goes with --from-prometheus: it selects series');
  return { ...common, ...objectsOf({ from: String(from), runId, since, until, endpoint: options.endpoint }) };
}

type Source = Pick<Foreign, 'url' | 'convert'>;
interface Asked {
  readonly runId: RunId;
  readonly until: number | undefined;
}

function objectsOf({
  from,
  runId,
  since,
  until,
  endpoint,
}: Asked & { from: string; since: number | undefined; endpoint: string | undefined }): Source {
  const source = openStore(from, { endpoint });
  return {
    url: source.url,
    convert(options, update) {
      const onProgress = rowsProgress(update);
      return convertForeign({ ...options, source, runId, sinceMs: since, untilMs: until, onProgress });
    },
  };
}

function samplesOf({
  url,
  match,
  runId,
  since,
  until = Date.now(),
}: Asked & { url: string; match: string | undefined; since: number }): Source {
  const token = process.env[TOKEN_VARIABLE];
  const { url: shown } = new Prometheus({ url, token });
  if (since >= until) throw new CliError('OPTION_INVALID', '--since must be in the past');
  return {
    url: shown,
    convert(options, update) {
      let onProgress: ForeignOptions['onProgress'];
      return convertPrometheus({
        ...{ ...options, match, runId, sinceMs: since, untilMs: until },
        prometheus: new Prometheus({ url, token, signal: options.signal }),
        onImport: ({ samples, done }) =>
          update(`${samples} samples, ${Math.floor(100 * done)} % of the time`),
        onProgress: (progress) => {
          onProgress ??= rowsProgress(update); // its clock starts when the samples are there
          onProgress(progress);
        },
      });
    },
  };
}

function rowsProgress(update: Update): NonNullable<ForeignOptions['onProgress']> {
  const began = performance.now();
  return ({ objects, rows, of }) => {
    const seconds = (performance.now() - began) / 1000;
    const left = objects < of ? `, ${Math.ceil((seconds / objects) * (of - objects))} s left` : '';
    update(`${objects} of ${of} objects, ${rows} rows, ${Math.round(rows / seconds)} rows/s${left}`);
  };
}
