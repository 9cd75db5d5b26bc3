import type { TransferProgress } from '../../converters/dataset/transfer.ts';

/** `3 of 14 files, 120.4 of 1000.0 MB`. */
export const transferTold = ({ done, total, bytes, total_bytes }: TransferProgress): string =>
  `${done} of ${total} files, ${megabytes(bytes)} of ${megabytes(total_bytes)} MB`;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
