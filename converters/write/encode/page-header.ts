import { PageBytes } from './page-bytes.ts';

/** Encodings that there are here, by their number in the format. */
const ENCODINGS = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;
export type PageEncoding = 'PLAIN' | 'RLE_DICTIONARY';

/** Thrift's compact protocol: fields of a struct begin with how many numbers further they are, and their type. */
const [INT, STRUCT, STOP] = [0x15, 0x0c, 0x00];
const writing = new PageBytes();
const writeInt = (value: number): void => {
  writing.byte(INT);
  writing.varint(2 * value); // zigzag, of a value below 2^30
};

/** `PageHeader` of a data page of version 1, or of a dictionary (parquet.thrift). */
export function pageHeader({
  kind,
  unpacked,
  packed,
  values,
  encoding,
}: {
  kind: 'data' | 'dictionary';
  /** Bytes of the body, before and after it was compressed. */
  unpacked: number;
  packed: number;
  values: number;
  encoding: PageEncoding;
}): Uint8Array {
  const isData = kind === 'data';
  writing.length = 0;
  writeInt(isData ? 0 : 2);
  writeInt(unpacked);
  writeInt(packed);
  writing.byte(((isData ? 2 : 4) << 4) | STRUCT);
  writeInt(values);
  writeInt(ENCODINGS[encoding]);
  for (let levels = 0; isData && levels < 2; levels++) writeInt(ENCODINGS.RLE);
  writing.byte(STOP);
  writing.byte(STOP);
  return writing.bytes.slice();
}
