/** What `docs/scale.md` computes with: what was measured, what was read in AWS's documentation, and prices. */

/** One run at the default rate: `--campaign quick --seed 12`, embedded, 2026-11-27. */
export const RUN = {
  ...{ requestsPerSecond: 20, seconds: 790.9, rows: 378_444, objects: 1_653 },
  /** All bytes: raw objects, parts, flat and nested files (without labels). */
  ...{ raw: 14_837_506, parts: 25_244_046, flat: 16_139_794, nested: 22_504_596 },
} as const;

/** The Lambda function, of docs/benchmarks.md: rows of an object, and ms of one core that it takes. */
export const FUNCTION_MS: readonly (readonly [rows: number, ms: number])[] = [
  [187, 10.2],
  [1_942, 39.2],
  [17_210, 161],
];

/** Sealing 1.2 million spans, flat and nested, of docs/benchmarks.md; memory grew by 2 MB a million rows up to 9.6 million. */
export const SEAL = {
  ...{ rows: 1_200_000, seconds: 8.5, mib: 202, mbPerMillionRows: 2 },
  /** Of a raw object: its part and its part set. */
  get: 2,
} as const;

/**
 * Requests of the function to S3 for an object of a run that goes on, counted by a proxy; the collector puts it, beside that.
 * A LIST is of an invocation, and here each object is one of its own.
 */
export const REQUESTS = { list: 1, get: 3, put: 2 } as const;

/** Assumed, since there was no AWS to measure it. */
export const S3_REQUEST_MS = 30;

/** US East (N. Virginia), US dollars; where they were read is in docs/scale.md. */
export const PRICES = {
  lambdaGbSecond: 0.0000166667,
  lambdaRequest: 0.2e-6,
  sqsRequest: 0.4e-6,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  s3GbMonth: 0.023,
  fargateCpuHour: 0.04048,
  fargateGbHour: 0.004445,
  athenaTb: 5,
} as const;

const LAMBDA_GB = 1769 / 1024;
/** 2 vCPU and 4 GB: a task that seals uses 1.2 cores. */
const SEAL_TASK_HOUR = 2 * PRICES.fargateCpuHour + 4 * PRICES.fargateGbHour;

/** Traffic of one stack at the most, as a multiple of the default rate. */
const STACK = 10;

/** The collector writes an object a signal each second, or earlier when it has this many items. */
export interface Batching {
  readonly seconds: number;
}

export interface Load {
  readonly factor: number;
  readonly stacks: number;
  readonly requestsPerSecond: number;
  readonly rowsPerSecond: number;
  readonly objectsPerSecond: number;
  readonly rowsPerObject: number;
}

export function loadOf(factor: number, { seconds }: Batching = { seconds: 1 }): Load {
  const stacks = Math.max(1, factor / STACK);
  const rowsPerSecond = (factor * RUN.rows) / RUN.seconds;
  const measured = factor === 1 && seconds === 1;
  const objectsPerSecond = measured ? RUN.objects / RUN.seconds : (3 * stacks) / seconds;
  return {
    ...{ factor, stacks, rowsPerSecond, objectsPerSecond },
    requestsPerSecond: factor * RUN.requestsPerSecond,
    rowsPerObject: rowsPerSecond / objectsPerSecond,
  };
}

/** On one core, ms: between the two objects nearest in size that were measured. */
export function functionMs(rows: number): number {
  const above = FUNCTION_MS.findIndex(([size]) => size >= rows);
  const at = Math.min(Math.max(above < 0 ? FUNCTION_MS.length : above, 1), FUNCTION_MS.length - 1);
  const [[lowRows, lowMs], [highRows, highMs]] = [FUNCTION_MS[at - 1], FUNCTION_MS[at]] as [
    readonly [number, number],
    readonly [number, number],
  ];
  return lowMs + ((rows - lowRows) * (highMs - lowMs)) / (highRows - lowRows);
}

/** With its waits for S3, as if none of them fell together with another or with work. */
export const billedMs = (rows: number): number =>
  functionMs(rows) + S3_REQUEST_MS * (REQUESTS.list + REQUESTS.get + REQUESTS.put);

/** Environments at work at once: by the processor alone, and with all waits. */
export const functionsOf = ({ objectsPerSecond, rowsPerObject }: Load) => ({
  least: (objectsPerSecond * functionMs(rowsPerObject)) / 1000,
  most: (objectsPerSecond * billedMs(rowsPerObject)) / 1000,
});

/** Tasks that seal at once, all the time. */
export const sealTasksOf = ({ rowsPerSecond }: Load): number => (rowsPerSecond * SEAL.seconds) / SEAL.rows;

export interface Cost {
  readonly lambda: number;
  readonly sqs: number;
  readonly s3: number;
  readonly seal: number;
}

/** Of an hour, US dollars: every object a batch of its own, so that it is the most. */
export function costOf(load: Load): Cost {
  const objects = load.objectsPerSecond * 3600;
  const seconds = billedMs(load.rowsPerObject) / 1000;
  const { list, get, put } = REQUESTS;
  return {
    lambda: objects * (seconds * LAMBDA_GB * PRICES.lambdaGbSecond + PRICES.lambdaRequest),
    sqs: objects * 3 * PRICES.sqsRequest,
    s3: objects * ((1 + put + list) * PRICES.s3Put + (get + SEAL.get) * PRICES.s3Get),
    seal: sealTasksOf(load) * SEAL_TASK_HOUR,
  };
}
