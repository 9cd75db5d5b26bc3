/** Everything that the detectors can refuse. `code` is stable; the text says what is wrong and what to do. */
export class DetectorError extends Error {
  readonly code: keyof typeof TEXTS;
  constructor(code: keyof typeof TEXTS, values: readonly string[], options?: ErrorOptions) {
    super(TEXTS[code](...values), options);
    this.name = 'DetectorError';
    this.code = code;
  }
}

const TEXTS = {
  DATASET_MISSING: (folder = '') =>
    `a dataset folder is needed, and ${folder} is none: "npx faultline ls" lists the datasets, "npx faultline fetch <run-id> --labels" brings one`,
  DATASET_INCOMPLETE: (folder = '', files = '') =>
    `a dataset has all four flat files, and ${folder} lacks ${files}: fetch it again with "npx faultline fetch <run-id> --labels"`,
  LABELS_MISSING: (folder = '', run = '') =>
    `detectors are scored by the ground truth, and ${folder} has no labels/windows.parquet: "npx faultline fetch ${run} --labels" brings it`,
  DETECTORS_FAILED: (folder = '', why = '') => `scoring detectors on ${folder} failed:\n${why}`,
} satisfies Record<string, (...values: string[]) => string>;
