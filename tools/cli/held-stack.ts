import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive } from '../../infra/embedded/state.ts';
import type { Target } from '../../infra/target.ts';
import { CliError } from './errors.ts';
import { places } from './places.ts';

/** How to reach the stack that `faultline control` holds up; the file has tokens and is for its owner only. */
export interface HeldStack {
  readonly pid: number;
  readonly target: 'embedded';
  readonly raw_prefix: string;
  readonly control: { readonly url: string; readonly token: string };
  readonly web_api: string;
  readonly payment_worker: string;
  readonly collector_counters: string;
  readonly metrics_token: string;
  readonly s3: { readonly endpoint: string; readonly access_key: string; readonly secret_key: string };
  readonly versions: Readonly<Record<string, string>>;
}

export function describeStack({
  target,
  controlUrl,
  rawPrefix,
}: {
  target: Target;
  controlUrl: string;
  rawPrefix: string;
}): HeldStack {
  const secrets = target.secrets();
  return {
    pid: process.pid,
    target: 'embedded',
    raw_prefix: rawPrefix,
    control: { url: controlUrl, token: secrets.controlToken },
    web_api: target.address('web-api').url,
    payment_worker: target.address('payment-worker').url,
    collector_counters: target.address('collector', 'counters').url,
    metrics_token: secrets.metricsToken,
    s3: {
      endpoint: target.address('s3').url,
      access_key: secrets.s3AccessKey,
      secret_key: secrets.s3SecretKey,
    },
    versions: target.versions(),
  };
}

export async function writeHeldStack(stack: HeldStack): Promise<void> {
  await mkdir(dirname(places.control), { recursive: true });
  await rm(places.control, { force: true }); // the mode counts only for a file that is new
  await writeFile(places.control, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}

/** Only what this process wrote: a start that failed must not take another stack's file. */
export async function removeHeldStack(): Promise<void> {
  const text = await readFile(places.control, 'utf8').catch(() => '{}');
  if ((JSON.parse(text) as Partial<HeldStack>).pid === process.pid) await rm(places.control, { force: true });
}

/** @throws STACK_NOT_FOUND */
export async function readHeldStack(): Promise<HeldStack> {
  const text = await readFile(places.control, 'utf8').catch(() => undefined);
  const stack = text === undefined ? undefined : (JSON.parse(text) as HeldStack);
  if (stack === undefined || !isAlive(stack.pid))
    throw new CliError(
      'STACK_NOT_FOUND',
      'no stack is up in this folder: start one with `npx faultline control`, in another terminal',
    );
  return stack;
}
