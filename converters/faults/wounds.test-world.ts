import { gunzipSync, gzipSync } from 'node:zlib';

export type Random = () => number;
export const below = (random: Random, n: number): number => Math.floor(random() * n);

const MOST = 60_000;
/** What may stand where a JSON value stands. */
const VALUES = ['null', '-1', '1e999', '0.5', '""', '"x"', '[]', '{}', 'true', '9'.repeat(30), '{"a":', ']'];
const DEEP = 20_000;

/** One to four wounds: flipped bits, a byte, a cut, bytes out of place. */
function woundBytes(bytes: Buffer, random: Random): Buffer {
  let wounded = Buffer.from(bytes);
  for (let wounds = 1 + below(random, 4); wounds > 0; wounds--) {
    const at = below(random, wounded.length);
    const kind = below(random, 4);
    if (kind === 0) wounded[at] = (wounded[at] ?? 0) ^ (1 << below(random, 8));
    else if (kind === 1) wounded[at] = below(random, 256);
    else if (kind === 2) wounded = wounded.subarray(0, Math.max(1, at));
    else
      wounded = Buffer.concat([
        wounded.subarray(0, at),
        wounded.subarray(below(random, wounded.length)),
      ]).subarray(0, MOST);
  }
  return wounded;
}

/** A value of a JSON text becomes another one, or the first of very many that lie within one another. */
function woundJson(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('utf8');
  const values = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|[-\d.e+]+|true|false|null)/g)];
  const chosen = values[below(random, values.length)];
  if (!chosen) return woundBytes(bytes, random);
  const deep = below(random, 20) === 0 ? (below(random, 2) === 0 ? '[' : '{"values":[') : undefined;
  const value = deep ? deep.repeat(DEEP) : VALUES[below(random, VALUES.length)];
  return Buffer.from(text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length));
}

/** Wounded within, and packed again as it was; or the packed bytes themselves. JSON now and then by its values. */
export function wounded(stored: Uint8Array, random: Random): Uint8Array {
  const gzip = stored[0] === 0x1f && stored[1] === 0x8b;
  const inside = !gzip || random() < 0.85;
  const bytes = Buffer.from(gzip && inside ? gunzipSync(stored) : stored);
  const json = bytes[0] === 0x7b && random() < 0.5;
  const made = json ? woundJson(bytes, random) : woundBytes(bytes, random);
  return gzip && inside ? gzipSync(made, { level: 1 }) : made;
}
