import type { Batch, Keys } from './batch.ts';
import type { Range } from './bounds.ts';
import { PageBytes } from './page-bytes.ts';
import type { PageEncoding } from './page-header.ts';
import { Runs, writeRuns } from './runs.ts';

/** Places by key, of the batch that is added. */
let placeOf = new Int32Array(0);

/** The values of a column: those of a page in the making, and those in the dictionary of its row group. */
export abstract class Values {
  /** Whether what comes is looked up in the dictionary; from batch to batch. */
  protected indexed: boolean;
  /** Places in the dictionary. */
  protected readonly places = new Runs((length) => new Int32Array(length));
  /** What goes without. */
  protected readonly plain = new PageBytes();
  readonly #withDictionary: boolean;

  constructor(withDictionary: boolean) {
    this.indexed = this.#withDictionary = withDictionary;
  }

  /** Those of these keys, which all have one. False: what comes next needs a page of its own. */
  abstract add(keys: Keys, values: Batch['values']): boolean;
  /** Different values in the dictionary. */
  protected abstract readonly size: number;
  /** As plain values, end to end. */
  protected abstract writeDictionary(into: PageBytes): void;
  protected abstract forget(): void;
  /** Those of the page that ends. */
  abstract takeBounds(): Range | undefined;

  endPage(into: PageBytes): PageEncoding {
    const isIndexed = this.places.count > 0;
    if (isIndexed) {
      const width = bitWidth(this.size - 1);
      into.byte(width);
      writeRuns(into, this.places, width);
      this.places.clear();
    } else into.append(this.plain.bytes);
    this.plain.length = 0;
    return isIndexed ? 'RLE_DICTIONARY' : 'PLAIN';
  }

  /** Writes the dictionary and forgets it; returns how many values it has. */
  endDictionary(into: PageBytes): number {
    const { size } = this;
    this.writeDictionary(into);
    this.forget();
    this.indexed = this.#withDictionary;
    return size;
  }

  /** @param found the place of each key, or of each that is used where that is known */
  protected addPlaces({ of, used }: Keys, found: Int32Array): void {
    const first = found[0] as number;
    if (used && sameThroughout(found, used.length)) {
      this.places.fill(first, of.length);
      return;
    }
    const into = this.places.room(of.length);
    if (!used) {
      into.set(found.subarray(0, of.length));
      return;
    }
    let most = 0;
    for (let i = 0; i < used.length; i++) most = Math.max(most, used[i] as number);
    if (placeOf.length <= most) placeOf = new Int32Array(2 * most + 2);
    for (let i = 0; i < used.length; i++) placeOf[used[i] as number] = found[i] as number;
    for (let i = 0; i < of.length; i++) into[i] = placeOf[of[i] as number] as number;
  }
}

function sameThroughout(found: Int32Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (found[i] !== found[0]) return false;
  return true;
}

export const bitWidth = (largest: number): number => 32 - Math.clz32(largest);
