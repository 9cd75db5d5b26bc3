import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Listing, listUntil } from '../../../converters/worker/listing.ts';
import { type Told, Worker } from '../../../converters/worker/worker.ts';
import { describe } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { endpointOption, parsePort, rawOption, wholeNumber, workersOption } from '../options.ts';
import { rawStore, type StoreOptions } from '../places.ts';

interface WorkerCommandOptions extends StoreOptions {
  readonly host: string;
  readonly port?: number;
  readonly token?: string;
  readonly queue: number;
  readonly list?: number;
  readonly workers: number;
  readonly json?: boolean;
}

export const workerCommand = (_finish: (code: number) => void) =>
  new Command('worker')
    .description('converts raw objects as a bucket’s notifications of them arrive, until Ctrl-C or SIGTERM')
    .addOption(new Option('--port <n>', 'port to listen on (default: a free one)').argParser(parsePort))
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(
      new Option(
        '--token <text>',
        'what senders must know, 16 to 200 letters, digits, "-" and "_" (default: a new one, printed)',
      )
        .env('FAULTLINE_WORKER_TOKEN')
        .argParser(parseToken),
    )
    .addOption(
      new Option('--queue <n>', 'objects that may wait; beyond that the answer is 503')
        .default(1000)
        .argParser(wholeNumber('objects in the queue are', 1, 999_999)),
    )
    .addOption(
      new Option(
        '--list <seconds>',
        'also list the bucket, this often, for a server that sends no notifications',
      ).argParser(wholeNumber('seconds between listings are', 1, 99_999)),
    )
    .addOption(workersOption())
    .addOption(rawOption())
    .addOption(endpointOption())
    .option('--json', 'print one JSON document when it listens, and one when it has ended')
    .addHelpText(
      'after',
      `
Examples:
  faultline worker --port 9310                             for a run or a stack in this folder, with --event-webhook-url
  faultline worker --raw s3://raw --endpoint http://127.0.0.1:9000 --list 5      of a server that sends no notifications

It takes S3 event notifications at POST /events with the token as bearer token (MinIO), or at POST /events/<token>
(versitygw). Nothing is kept but in the bucket: what it missed, \`faultline convert <run-id> --missing\` converts.`,
    )
    .action(({ host, port = 0, token, queue, list, workers, json = false, ...where }: WorkerCommandOptions) =>
      interruptible(async (signal) => {
        const raw = rawStore(where);
        const secret = token ?? randomBytes(24).toString('base64url');
        const listing = new Listing({ raw, offer: (keys) => worker.offer(keys) });
        const onObject = (told: Told) => {
          listing.told(told);
          say(told, json);
        };
        const worker = await Worker.start({
          raw,
          token: secret,
          host,
          port,
          capacity: queue,
          workers,
          onObject,
        });
        const events = `${worker.url}/events`;
        if (json)
          console.log(JSON.stringify({ url: worker.url, events, ...(token ? {} : { token: secret }) }));
        else console.log(greeting({ raw: raw.url, events, secret: token ? '<token>' : secret }));
        const onError = (error: unknown) => sayError({ url: raw.url }, error, json);
        if (list !== undefined) await listUntil({ listing, everyMs: list * 1000, signal, onError });
        else if (!signal.aborted) await once(signal, 'abort');
        const counts = await worker.close();
        if (json) console.log(JSON.stringify(counts));
        else
          console.log(
            Object.entries(counts)
              .map(([name, count]) => `${name.replace('_', ' ')} ${count}`)
              .join(', '),
          );
      }),
    );

const greeting = ({ raw, events, secret }: { raw: string; events: string; secret: string }) =>
  `converts what is notified of ${raw}

POST ${events}   Authorization: Bearer ${secret}
POST ${events}/${secret}   for senders without headers

Ctrl-C ends it when all that was taken is converted.`;

/** What failed is worth a line; the rest is in the counts. */
function say(told: Told, json: boolean): void {
  if (told.outcome === 'failed') sayError({ key: told.key }, told.error, json);
}

function sayError(of: Readonly<Record<string, string>>, error: unknown, json: boolean): void {
  const { code, message } = describe(error);
  const line = json
    ? JSON.stringify({ ...of, error: { code, message } })
    : `${Object.values(of)}: ${message}`;
  process.stderr.write(`${line}\n`);
}

/** It may stand in a URL. */
function parseToken(text: string): string {
  if (!/^[\w-]{16,200}$/.test(text))
    throw new InvalidArgumentError('a token is 16 to 200 letters, digits, "-" and "_".');
  return text;
}
