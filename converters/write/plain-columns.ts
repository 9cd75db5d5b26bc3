import { type Batch, eachOnce } from './encode/batch.ts';

/** Strings one after another; undefined is null. */
export function strings(of: readonly (string | undefined)[]): Batch {
  const present = Uint8Array.from(of, (text) => (text === undefined ? 0 : 1));
  const ids = Int32Array.from(of, (_, i) => i);
  const values = { ids, ...endToEnd(of.map((text) => text ?? '')) };
  return { keys: { of: ids }, present, floor: 0, values };
}

/** Numbers one after another; NaN is null. */
export function numbers(of: Float64Array): Batch {
  const present = Uint8Array.from(of, (value) => (Number.isNaN(value) ? 0 : 1));
  return { keys: eachOnce(of.length), present, floor: 0, values: { numbers: of } };
}

const encoder = new TextEncoder();

/** UTF-8 of all, end to end, and where each begins. */
export function endToEnd(texts: readonly string[]): { bytes: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(texts.length + 1);
  let bytes = new Uint8Array(texts.length * 64 + 64);
  texts.forEach((text, i) => {
    const at = offsets[i] as number;
    if (at + text.length * 3 > bytes.length) {
      const larger = new Uint8Array((at + text.length * 3) * 2);
      larger.set(bytes.subarray(0, at));
      bytes = larger;
    }
    offsets[i + 1] = at + encoder.encodeInto(text, bytes.subarray(at)).written;
  });
  return { bytes, offsets };
}
