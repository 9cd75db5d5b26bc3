import { randomBytes } from 'node:crypto';
import { ConverterError } from '../errors.ts';
import { openStore } from '../store/open.ts';
import { Listing, listUntil, parseEveryMs } from './listing.ts';
import { Worker } from './worker.ts';

/**
 * What the image of the worker runs, until SIGTERM: it converts the raw objects of a bucket that it finds by listing it. `RAW_URL` names the
 * bucket (`s3://bucket[/prefix]`), `LIST_EVERY_MS` says how often it is listed, `PORT` where `GET /health` is answered; server,
 * region and credentials are those that the AWS SDK takes from its variables. Writes lines of JSON.
 */
const { RAW_URL: url, PORT: port = '9310', LIST_EVERY_MS: every = '5000' } = process.env;
if (!url) throw new ConverterError('RAW_BUCKET_UNNAMED', 'the worker has no raw bucket');
const everyMs = parseEveryMs(every);

const say = (line: object) => console.log(JSON.stringify(line));
const sayError = (error: unknown, of: object) => {
  const { code, message } = error as { code?: unknown; message?: unknown };
  say({ level: 'error', ...of, code, message });
};
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort());

const raw = openStore(url);
const listing = new Listing({ raw, offer: (keys) => worker.offer(keys) });
const worker = await Worker.start({
  ...{ raw, host: '0.0.0.0', port: Number(port) },
  token: randomBytes(24).toString('base64url'), // nobody has it: nothing is notified
  workers: 0, // the bundle is one file; what it does beside is to answer how it is
  onObject: (told) => {
    listing.told(told);
    if (told.outcome === 'failed') sayError(told.error, { key: told.key });
  },
});
say({ level: 'info', message: 'converts what is put', url: raw.url, every_ms: everyMs });
await listUntil({
  ...{ listing, everyMs, signal: stop.signal },
  onError: (error) => sayError(error, { url: raw.url }),
});
// What waits is listed again at the next start, and who stops a container waits for seconds only.
say({ level: 'info', message: 'ended', ...(await worker.close({ drop: true })) });
