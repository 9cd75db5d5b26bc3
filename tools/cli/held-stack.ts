import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSameOwner, type Owner, stateOf, thisOwner } from '../../converters/run/owner.ts';
import { EmbeddedTarget } from '../../infra/embedded/target.ts';
import type { Target } from '../../infra/target.ts';
import { EXPORT_OUTPUTS } from './environment-stack.ts';
import { CliError } from './errors.ts';
import { places } from './places.ts';

/** How to reach the stack that `faultline control` holds up; the file has tokens and is for its owner only. */
export interface HeldStack {
  /** Who holds it up. */
  readonly owner: Owner;
  readonly target: Target['kind'];
  readonly raw_prefix: string;
  readonly control: { readonly url: string; readonly token: string };
  readonly web_api: string;
  readonly payment_worker: string;
  readonly collector_counters: string;
  readonly metrics_token: string;
  readonly s3: { readonly endpoint: string; readonly access_key: string; readonly secret_key: string };
  readonly versions: Readonly<Record<string, string>>;
}

export async function describeStack({
  target,
  controlUrl,
  rawPrefix,
}: {
  target: Target;
  controlUrl: string;
  rawPrefix: string;
}): Promise<HeldStack> {
  const secrets = target.secrets();
  return {
    owner: await thisOwner(),
    target: target.kind,
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

/** The file has secrets: it goes with the stack, also when this process is killed. */
export async function writeHeldStack({ target, stack }: { target: Target; stack: HeldStack }): Promise<void> {
  if (target instanceof EmbeddedTarget) target.removeAtEnd(places.control);
  await mkdir(dirname(places.control), { recursive: true });
  await rm(places.control, { force: true }); // the mode counts only for a file that is new
  await writeFile(places.control, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}

/** Only what this process wrote: a start that failed must not take another stack's file. */
export async function removeHeldStack(): Promise<void> {
  const stack = await read();
  if (stack && isSameOwner(stack.owner, await thisOwner())) await rm(places.control, { force: true });
}

/** @throws STACK_NOT_FOUND */
export async function readHeldStack(): Promise<HeldStack> {
  const stack = await read();
  if (stack === undefined || (await stateOf(stack.owner)) !== 'alive')
    throw new CliError(
      'STACK_NOT_FOUND',
      `no stack is up in this folder: start one with \`npx faultline control\`, in another terminal; or name a stack of containers: ${EXPORT_OUTPUTS}`,
    );
  return stack;
}

/** Undefined where there is none; one that was cut off when its writer was killed is none. */
async function read(): Promise<HeldStack | undefined> {
  try {
    const stack = JSON.parse(await readFile(places.control, 'utf8')) as HeldStack;
    return stack.owner === undefined ? undefined : stack;
  } catch {
    return undefined;
  }
}
