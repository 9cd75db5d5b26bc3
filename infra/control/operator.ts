import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../errors.ts';
import type { Target } from '../target.ts';

const ATTEMPTS = 5;
const PAUSE_MS = 500;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What has been done outside the operator's reach, for it to log. */
export interface Report {
  readonly kind: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly status: 'applied' | 'failed';
  readonly detail?: string;
}

/** A schema change may take as long; see the operator's own limit on a statement. */
const ANSWER_MS = 120_000;

/**
 * The operator's one door: it carries out a change, and answers when the change took effect.
 * @throws OPERATOR_AWAY
 */
export async function askOperator(
  target: Target,
  change: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { url } = target.address('operator');
  try {
    const response = await fetch(`${url}/changes`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${target.secrets().operatorToken}`,
      },
      body: JSON.stringify(change),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  } catch (cause) {
    throw new InfraError('OPERATOR_AWAY', [url, reasonOf(cause as Error)], { cause });
  }
}

/** What fetch says lies in the cause: `fetch failed` alone helps nobody. */
function reasonOf({ message, cause }: Error): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : message;
}

/** Tells the operator of a change, a few times if need be. Returns the change's uid, or undefined if it took no note. */
export async function reportChange(target: Target, report: Report): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS);
    const answer = await askOperator(target, { ...report, apply: false }).catch(() => undefined);
    if (answer === undefined || answer.status >= 500) continue; // on its way up again
    return answer.status === 200 ? (answer.body as { uid?: string }).uid : undefined;
  }
  return undefined;
}
