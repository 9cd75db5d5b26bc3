import {
  billedMs,
  type Cost,
  costOf,
  functionMs,
  functionsOf,
  type Load,
  loadOf,
  PRICES,
  REQUESTS,
  RUN,
  SEAL,
  sealTasksOf,
} from './scale-model.ts';
import type { Tables } from './with-tables.ts';

const FACTORS = [1, 10, 1_000, 100_000];
/** The collector's `flush_timeout` of larger objects. */
const LARGER = { seconds: 10 };

/** Three digits, and no more. */
const n = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 20 });
const usd = (value: number): string => `$${value < 10 ? value.toFixed(2) : n(value)}`;
const times = (factor: number): string => `${factor.toLocaleString('en')} ×`;
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [row(...head), `|${head.map(() => '---|').join('')}`, ...lines.map((cells) => row(...cells))].join(
    '\n',
  );
}

const head = ['', ...FACTORS.map(times)];
const loads = FACTORS.map((factor) => loadOf(factor));
const line = (what: string, of: (load: Load) => string) => [what, ...loads.map(of)];

const inputs = (): string =>
  table(
    ['measured', 'figure'],
    [
      ['rows a second', n(RUN.rows / RUN.seconds)],
      ['raw objects a second', n(RUN.objects / RUN.seconds)],
      ['bytes of a raw object', n(RUN.raw / RUN.objects)],
      ['bytes a row: raw', n(RUN.raw / RUN.rows)],
      ['of parts', n(RUN.parts / RUN.rows)],
      ['of flat files', n(RUN.flat / RUN.rows)],
      ['of nested files', n(RUN.nested / RUN.rows)],
    ],
  );

const work = (): string =>
  table(head, [
    line('requests a second', ({ requestsPerSecond }) => n(requestsPerSecond)),
    line('stacks, each with its collector', ({ stacks }) => n(stacks)),
    line('rows a second', ({ rowsPerSecond }) => n(rowsPerSecond)),
    line('raw objects, and messages, a second', ({ objectsPerSecond }) => n(objectsPerSecond)),
    line('rows an object', ({ rowsPerObject }) => n(rowsPerObject)),
    line('ms of a core an object', ({ rowsPerObject }) => n(functionMs(rowsPerObject))),
    line('ms with its waits for S3, at the most', ({ rowsPerObject }) => n(billedMs(rowsPerObject))),
    line('functions at work', (load) => `${n(functionsOf(load).least)} to ${n(functionsOf(load).most)}`),
    line('S3: PUT a second', ({ objectsPerSecond }) => n(objectsPerSecond * (1 + REQUESTS.put))),
    line('S3: GET and LIST a second', ({ objectsPerSecond }) =>
      n(objectsPerSecond * (REQUESTS.get + REQUESTS.list)),
    ),
    line('tasks that seal at once', (load) => n(sealTasksOf(load))),
    line('GB of datasets an hour', (load) => n(gigabytesAnHour(load))),
  ]);

const gigabytesAnHour = ({ rowsPerSecond }: Load): number =>
  (rowsPerSecond * 3600 * (RUN.flat + RUN.nested)) / RUN.rows / 1e9;

const total = ({ lambda, sqs, s3, seal }: Cost): number => lambda + sqs + s3 + seal;

function costs(): string {
  const part = (what: string, name: keyof Cost) => line(what, (load) => usd(costOf(load)[name]));
  const larger = FACTORS.map((factor) => loadOf(factor, LARGER));
  return table(head, [
    part('Lambda', 'lambda'),
    part('SQS', 'sqs'),
    part('S3 requests', 's3'),
    part('sealing', 'seal'),
    line('**an hour**', (load) => `**${usd(total(costOf(load)))}**`),
    [`an hour, with objects of ${LARGER.seconds} seconds`, ...larger.map((load) => usd(total(costOf(load))))],
    line('a month of S3 for what one hour makes', (load) => usd(gigabytesAnHour(load) * PRICES.s3GbMonth)),
  ]);
}

/** What one task seals in a window of so many minutes of one stack at ten times the default rate. */
const windows = (): string =>
  table(
    ['a window of', 'rows', 'sealed in', 'memory, MiB', 'nested files of a class, MB'],
    [1, 10, 60, 120].map((minutes) => {
      const rows = loadOf(10).rowsPerSecond * 60 * minutes;
      const seconds = (rows * SEAL.seconds) / SEAL.rows;
      const mib = SEAL.mib + (SEAL.mbPerMillionRows * 1e6 * Math.max(0, rows - SEAL.rows)) / 1e6 / 2 ** 20;
      return [
        `${minutes} min`,
        n(rows),
        `${n(seconds)} s`,
        n(mib),
        n((rows * RUN.nested) / RUN.rows / CLASSES_OF_A_RUN / 1e6),
      ];
    }),
  );

/** Classes with more than a few rows. */
const CLASSES_OF_A_RUN = 5;

export const SCALE_TABLES: Tables = { inputs, work, costs, windows };
