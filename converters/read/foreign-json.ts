import { type Json, parseRequest, signalsOf, writeRequest } from './otlp-json.ts';
import type { Piece } from './piece.ts';
import { type Chunks, LARGEST_DOCUMENT, type Line, Pieces, TooLarge } from './pieces.ts';
import type { Signal } from './raw-object.ts';

const [LF, BRACE, CLOSING, QUOTE, BACKSLASH] = [0x0a, 0x7b, 0x7d, 0x22, 0x5c];
const SPACE = new Set([0x20, 0x09, 0x0d, LF]);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether bytes begin as a JSON object does. */
export const beginsJson = (bytes: Uint8Array): boolean => bytes.find((byte) => !SPACE.has(byte)) === BRACE;

/** One request a line; or requests over several lines, as people print them: those end with a line that begins with "}". */
export async function* jsonPieces(chunks: Chunks, named: Signal): AsyncGenerator<Piece> {
  const pieces = new Pieces(named);
  let begun: Line[] = [];
  let size = 0;
  /** Braces that are open: a request is looked at once, when its last one is closed. */
  let open = 0;
  const giveUp = () => {
    const [first] = begun;
    const what = begun.length > 1 ? 'the lines from here on are' : 'the line is';
    if (first) pieces.refuse(`${what} no JSON object`, { ...first, bytes: joined(begun) });
    begun = [];
    size = open = 0;
  };
  try {
    for await (const line of lines(chunks)) {
      const { bytes } = line;
      if (isBlank(bytes)) continue;
      const request = parsed(bytes);
      if (request && (begun.length === 0 || signalsOf(request).length > 0)) {
        giveUp(); // of what was begun, this is no part
        take(pieces, request, line);
      } else if (begun.length > 0 || bytes[0] === BRACE) {
        begun.push({ ...line, bytes: bytes.slice() });
        size += bytes.length;
        open += bracesIn(bytes);
        if (open > 0 && size <= LARGEST_DOCUMENT) continue;
        const whole = parsed(joined(begun));
        const [first] = begun as [Line];
        if (whole) {
          begun = [];
          size = open = 0;
          take(pieces, whole, first);
        } else giveUp();
      } else pieces.refuse('the line is no JSON object', line);
      yield* pieces.taken();
    }
  } catch (error) {
    giveUp();
    yield* pieces.rest(); // what came before is as good as ever
    throw error;
  }
  giveUp();
  yield* pieces.rest();
}

function take(pieces: Pieces, request: Json, line: Line): void {
  const signals = signalsOf(request);
  if (signals.length === 0) pieces.refuse('it has no resourceSpans, resourceLogs or resourceMetrics', line);
  for (const signal of signals)
    try {
      pieces.add(signal, (pbf) => writeRequest(request, signal, pbf));
    } catch (error) {
      pieces.refuse(`a value is not what its field holds: ${(error as Error).message}`.slice(0, 200), line);
    }
}

/** What does not end as an object does is none: of JSON over many lines, most need not be tried, and a failed try is dear. */
const endsJson = (bytes: Uint8Array): boolean => bytes.findLast((byte) => !SPACE.has(byte)) === CLOSING;

function parsed(bytes: Uint8Array): Json | undefined {
  if (!beginsJson(bytes) || !endsJson(bytes)) return undefined;
  try {
    return parseRequest(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** How many more braces a line of JSON opens than it closes; those in strings are none, and no string goes on in the next line. */
function bracesIn(bytes: Uint8Array): number {
  let count = 0;
  let within = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) within = !within;
    else if (byte === BACKSLASH && within) i++;
    else if (!within && byte === BRACE) count++;
    else if (!within && byte === CLOSING) count--;
  }
  return count;
}

const joined = (lines: readonly Line[]): Uint8Array => Buffer.concat(lines.map(({ bytes }) => bytes));

const isBlank = (bytes: Uint8Array) => bytes.every((byte) => SPACE.has(byte));

async function* lines(chunks: Chunks): AsyncGenerator<Line> {
  let open: Uint8Array[] = [];
  let [offset, size] = [0, 0];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const last = chunk.subarray(from, at);
      const bytes = open.length === 0 ? last : Buffer.concat([...open, last]);
      yield { bytes, offset };
      offset += bytes.length + 1;
      open = [];
      size = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    open.push(chunk.subarray(from).slice());
    size += chunk.length - from;
    if (size > LARGEST_DOCUMENT) throw new TooLarge();
  }
  if (open.length > 0) yield { bytes: Buffer.concat(open), offset };
}
