/** Something that is wrong with a dataset. */
export interface Finding {
  /** Inside the dataset; `.` for the folder itself. */
  readonly path: string;
  readonly code: FindingCode;
  /** Subject, rule and actual value, and what to do. */
  readonly problem: string;
}

export type FindingCode =
  | 'MANIFEST_MISSING'
  | 'MANIFEST_INVALID'
  | 'FILE_MISSING'
  | 'FILE_UNNAMED'
  | 'SIZE_DIFFERS'
  | 'HASH_DIFFERS'
  | 'SUMS_DIFFER'
  | 'PARQUET_UNREADABLE'
  | 'SCHEMA_DIFFERS'
  | 'ROWS_DIFFER'
  | 'LEDGER_OPEN'
  | 'NESTED_DIFFER'
  | 'PARTITION_DIFFERS'
  | 'UID_REPEATED'
  | 'NOT_SORTED'
  | 'OUTSIDE_WINDOW'
  | 'EVENT_INVALID'
  | 'LABEL_OUTSIDE'
  | 'LABEL_UNKNOWN';

/** What to do about each, said once. */
const ADVICE: Record<FindingCode, string> = {
  MANIFEST_MISSING: 'fetch the dataset again',
  MANIFEST_INVALID: 'fetch the dataset again; where that does not help, seal the run again',
  FILE_MISSING: 'fetch the dataset again into the same folder, which brings what is missing',
  FILE_UNNAMED: 'delete it or keep it elsewhere: no reader trusts it',
  SIZE_DIFFERS: 'fetch the dataset again into the same folder, which replaces what is damaged',
  HASH_DIFFERS: 'fetch the dataset again into the same folder, which replaces what is damaged',
  SUMS_DIFFER: 'seal the run again',
  PARQUET_UNREADABLE: 'fetch the dataset again; where that does not help, seal the run again',
  SCHEMA_DIFFERS: 'seal the run again with one version of the converter',
  ROWS_DIFFER: 'seal the run again',
  LEDGER_OPEN: 'convert and seal the run again; records were lost or counted twice',
  NESTED_DIFFER: 'convert and seal the run again',
  PARTITION_DIFFERS: 'seal the run again',
  UID_REPEATED: 'convert and seal the run again; a record was written twice',
  NOT_SORTED: 'seal the run again',
  OUTSIDE_WINDOW: 'convert and seal the run again',
  LABEL_OUTSIDE: 'seal the run again; the clock of whoever made the changes was another',
  LABEL_UNKNOWN: 'seal the run again; the labels are of another dataset',
  EVENT_INVALID: 'convert and seal the run again with a version whose mapping is right',
};

export const finding = (path: string, code: FindingCode, problem: string): Finding => ({
  path,
  code,
  problem: `${problem}. To do: ${ADVICE[code]}`,
});
