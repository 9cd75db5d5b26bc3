import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** Lines of a gzip file (or of a plain one), streamed. @throws what zlib says of a file that is cut, after the lines before it */
export async function* linesOf(path: string, { gzip }: { gzip: boolean }): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const input = gzip ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file;
  // A pipe does not pass on errors of its source.
  if (input !== file) file.once('error', (error) => input.destroy(error));
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    file.destroy();
  }
}
