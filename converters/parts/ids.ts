import { ID_BYTES, SLOT, type SlotName } from '../map/slots.ts';
import { bytesOf, NO_CODES, type Packed, packedPlaces, placesOf } from './column.ts';
import { joined, type Sections } from './sections.ts';

/** Bytes of a word: ids are moved and compared word by word. */
const WORD = 4;
/** Words of the id of a trace. */
const TRACE = 4;
/** Ids that one hash does not tell apart are looked through no further: that one is there twice does no harm. */
const MOST_PROBES = 16;

/** Ids in order: as they are, or where they come again each once, behind the places of the rows among them. */
export function idColumn(name: SlotName, ids: Uint8Array, order: Uint32Array): Packed {
  const bytes = ID_BYTES[SLOT[name]] as 8 | 16;
  const words = inOrder(intsOf(ids), order, bytes / WORD);
  if (name === 'trace_id') {
    const { places, distinct } = distinctOf(words);
    const column = packedPlaces(name, places);
    if (column.data.length + distinct.byteLength < words.byteLength)
      return { ...column, data: joined([column.data, bytesOf(distinct)]) };
  }
  return { name, bytes, ...NO_CODES, data: bytesOf(words) };
}

const intsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / WORD);

function inOrder(from: Int32Array, order: Uint32Array, width: number): Int32Array {
  const into = new Int32Array(order.length * width);
  for (let i = 0, at = 0; i < order.length; i++) {
    const start = (order[i] as number) * width;
    for (let word = start; word < start + width; word++) into[at++] = from[word] as number;
  }
  return into;
}

/** Each id once, and where each row has its own; -1 where it has none. */
function distinctOf(words: Int32Array): { places: Int32Array; distinct: Int32Array } {
  const places = new Int32Array(words.length / TRACE);
  const distinct = new Int32Array(words.length);
  /** Place and one, by hash. */
  const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * places.length)));
  const mask = table.length - 1;
  let count = 0;
  for (let row = 0; row < places.length; row++) {
    const from = row * TRACE;
    const [a, b] = [words[from] as number, words[from + 1] as number];
    const [c, d] = [words[from + 2] as number, words[from + 3] as number];
    places[row] = -1;
    if ((a | b | c | d) === 0) continue;
    let hash = Math.imul(a ^ b ^ c ^ d, 0x9e3779b1);
    hash ^= hash >>> 15; // ids that are counted up differ in high bits
    let at = hash & mask;
    let place = (table[at] as number) - 1;
    for (let probe = 0; place >= 0 && !isSame(distinct, place * TRACE, words, from); probe++) {
      at = (at + 1) & mask;
      place = probe < MOST_PROBES ? (table[at] as number) - 1 : -1;
    }
    if (place < 0) {
      place = count++;
      table[at] = count;
      for (let word = 0; word < TRACE; word++) distinct[place * TRACE + word] = words[from + word] as number;
    }
    places[row] = place;
  }
  return { places, distinct: distinct.subarray(0, count * TRACE) };
}

function isSame(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  return a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3];
}

/** Ids of so many rows as they were, zeros where absent. @param of how they were packed @throws RangeError */
export function idsOf(
  sections: Sections,
  { name, bytes, ...of }: Omit<Packed, 'data'>,
  rows: number,
): Uint8Array {
  const width = ID_BYTES[SLOT[name as SlotName]] as number;
  const data = sections.next(rows * bytes);
  if (bytes === width) return data;
  const places = placesOf({ name, bytes, ...of, data }, rows);
  let count = 0;
  for (let row = 0; row < rows; row++) count = Math.max(count, (places[row] as number) + 1);
  const distinct = intsOf(sections.next(count * width));
  const words = new Int32Array((rows * width) / WORD);
  for (let row = 0; row < rows; row++) {
    const place = places[row] as number;
    if (place < 0) continue;
    const [from, into] = [(place * width) / WORD, (row * width) / WORD];
    for (let word = 0; word < width / WORD; word++) words[into + word] = distinct[from + word] as number;
  }
  return bytesOf(words);
}
