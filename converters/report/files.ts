/** Where the judgement lies in a dataset. */
export const QUALITY_FILE = 'report/quality.json';
/** What was judged of single cases: a part of the ground truth. */
export const CASES_FILE = 'labels/cases.json';
/** Part of the dataset: it shows what comes with every copy of it. */
export const REPORT_FILE = 'report/index.html';
/**
 * The same with the ground truth and the detectors' scores, as far as they are in the folder. No part of the dataset and under no
 * checksum, since it can be made anew at any time.
 */
export const FULL_REPORT_FILE = 'report/full.html';
