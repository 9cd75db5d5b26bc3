import { enlarged } from '../../read/enlarged.ts';
import { StringPool, wordsOf } from '../../read/strings.ts';
import type { Keys, Texts, Written } from './batch.ts';
import { type Range, TextBounds } from './bounds.ts';
import type { PageBytes } from './page-bytes.ts';
import { Values } from './values.ts';

/** A dictionary of more bytes is of no use any more: the pages that follow go without. */
export const LARGEST_DICTIONARY = 1 << 18;
/** Bytes before a text: its length. */
const LENGTH = 4;

/** Places in the dictionary of the column that is added to, by string of the batch, from 1; all 0 in between. */
let places = new Int32Array(0);
/** The strings that have one. */
let strings = new Int32Array(0);
/** Places of the batch that is added. */
let found = new Int32Array(0);

export class TextValues extends Values {
  readonly #pool = new StringPool({ withFixed: false });
  readonly #bounds = new TextBounds();
  /** By place in the dictionary: the page that has it, so that bounds look at each once. */
  #pageWith = new Int32Array(0);
  #page = 1;

  protected get size(): number {
    return this.#pool.size;
  }

  add(keys: Keys, texts: Texts | Written): boolean {
    if ('written' in texts) this.#addWritten(keys.of, texts);
    else if (this.indexed) {
      this.addPlaces(keys, this.#placesOf(keys.used ?? keys.of, texts));
      this.indexed = this.#pool.bytes.length <= LARGEST_DICTIONARY;
      return this.indexed;
    } else this.#addPlain(keys, texts);
    return true;
  }

  /** Each different string of the batch is looked up once. */
  #placesOf(keys: Int32Array, { ids, bytes, offsets }: Texts): Int32Array {
    if (places.length < offsets.length)
      [places, strings] = [new Int32Array(2 * offsets.length), new Int32Array(2 * offsets.length)];
    if (found.length < keys.length) found = new Int32Array(2 * keys.length);
    const words = wordsOf(bytes);
    let last = -1;
    let place = -1;
    let different = 0;
    for (let i = 0; i < keys.length; i++) {
      const id = ids[keys[i] as number] as number;
      if (id !== last) {
        last = id;
        place = (places[id] as number) - 1;
        if (place < 0) {
          place = this.#pool.ofBytes(bytes, offsets[id] as number, offsets[id + 1] as number, words);
          places[id] = place + 1;
          strings[different++] = id;
          if (this.#isNewToPage(place))
            this.#bounds.add(bytes, words, offsets[id] as number, offsets[id + 1] as number);
        }
      }
      found[i] = place;
    }
    for (let i = 0; i < different; i++) places[strings[i] as number] = 0;
    return found;
  }

  #isNewToPage(place: number): boolean {
    if (place >= this.#pageWith.length) this.#pageWith = enlarged(this.#pageWith, 2 * place + 16);
    const isNew = this.#pageWith[place] !== this.#page;
    this.#pageWith[place] = this.#page;
    return isNew;
  }

  #addPlain({ of, used }: Keys, { ids, bytes, offsets }: Texts): void {
    const words = wordsOf(bytes);
    for (let i = 0; i < of.length; i++) {
      const id = ids[of[i] as number] as number;
      this.plain.text(bytes, words, offsets[id] as number, offsets[id + 1] as number);
    }
    const bounding = used ?? of;
    for (let i = 0; i < bounding.length; i++) {
      const id = ids[bounding[i] as number] as number;
      this.#bounds.add(bytes, words, offsets[id] as number, offsets[id + 1] as number);
    }
  }

  #addWritten(keys: Int32Array, { written, offsets }: Written): void {
    this.plain.append(written);
    const words = wordsOf(written);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      this.#bounds.add(written, words, (offsets[key] as number) + LENGTH, offsets[key + 1] as number);
    }
  }

  protected writeDictionary(into: PageBytes): void {
    const { bytes, offsets, size } = this.#pool;
    const words = wordsOf(bytes);
    for (let place = 0; place < size; place++)
      into.text(bytes, words, offsets[place] as number, offsets[place + 1] as number);
  }

  protected forget(): void {
    this.#pool.clear();
    this.#pageWith.fill(0);
  }

  takeBounds(): Range | undefined {
    this.#page += 1;
    return this.#bounds.take();
  }
}
