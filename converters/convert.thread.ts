import { type Converted, objectConverter } from './parts/object-converter.ts';
import type { RunRecord } from './run/record.ts';
import { openStore } from './store/open.ts';
import type { StoreAddress } from './store/store.ts';
import { inThread, threadData } from './threads.ts';

/** One thread of `convertRun`: key of a raw object → its part set, which is put. */
export interface ConvertData {
  readonly raw: StoreAddress;
  readonly source: StoreAddress;
  readonly record: RunRecord;
}

const { raw, source, record } = threadData<ConvertData>();
const of = { raw: open(raw), source: open(source), record };
const idle: ((key: string) => Promise<Converted>)[] = [];

export default inThread<string, Converted>(async (key) => {
  const convert = idle.pop() ?? objectConverter(of);
  try {
    return await convert(key);
  } finally {
    idle.push(convert);
  }
});

function open({ url, options }: StoreAddress) {
  return openStore(url, options);
}
