import { type Converted, type ObjectOf, objectConverter } from './parts/object-converter.ts';
import { openStore } from './store/open.ts';
import type { StoreAddress } from './store/store.ts';
import { inThread, threadData } from './threads.ts';

/** One thread of {@link converterOf}: a raw object → its part set, which is put. */
export interface ConvertData {
  readonly raw: StoreAddress;
  readonly source: StoreAddress;
}

const { raw, source } = threadData<ConvertData>();

export default inThread<ObjectOf, Converted>(objectConverter({ raw: open(raw), source: open(source) }));

function open({ url, options }: StoreAddress) {
  return openStore(url, options);
}
