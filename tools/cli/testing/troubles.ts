import { setTimeout as wait } from 'node:timers/promises';
import { docker } from '../../../infra/docker/engine.ts';
import type { TestStack } from '../../../infra/docker/testing/test-stack.ts';
import { loginsUntilRefused } from './logins.ts';
import type { Phase } from './phases.ts';
import type { ClientRequest } from './requests.ts';

const S3_AWAY_MS = 60_000;
const COLLECTOR_AWAY_MS = 3_000;

export type Trouble =
  | 'postgres restarted'
  | 'cache flushed'
  | 'queue and cache restarted'
  | 'web-api stopped'
  | 'web-api killed'
  | 'collector stopped'
  | 's3 away'
  | 'collector killed';

/** What befalls a stack, one after the other; whatever is killed is started again by its restart policy. */
export function troublesOf(
  { prefix, ports }: Pick<TestStack, 'prefix' | 'ports'>,
  signal: AbortSignal,
): {
  readonly phases: readonly (Phase & { readonly name: Trouble | 'calm' })[];
  /** Requests beside those of the load, of which some are under way when web-api is stopped. */
  readonly logins: () => readonly ClientRequest[];
  /** Of all phases together. */
  readonly seconds: number;
} {
  const name = (component: string) => `${prefix}-${component}`;
  let logins: readonly ClientRequest[] = [];
  const stopWebApi = async () => {
    const url = `http://127.0.0.1:${ports['web-api']}`;
    const sending = loginsUntilRefused({ url, deadlineMs: 10_000 });
    await sending.firstAnswered;
    await docker(['restart', name('web-api-1')]);
    logins = await sending.done;
  };
  const away = async (component: string, ms: number) => {
    await docker(['stop', name(component)]);
    await wait(ms, undefined, { signal });
    await docker(['start', name(component)]);
  };
  const phases = [
    { name: 'calm', seconds: 3, act: async () => {} },
    { name: 'postgres restarted', seconds: 12, act: () => docker(['restart', name('postgres')]) },
    // what it has lost is counted anew at once by all who ask: that is to be over before the next one
    {
      name: 'cache flushed',
      seconds: 12,
      act: () => docker(['exec', name('cache'), 'valkey-cli', 'flushall']),
    },
    {
      name: 'queue and cache restarted',
      seconds: 12,
      act: () => docker(['restart', name('queue'), name('cache')]),
    },
    // spans are sent every 5 s: those of this phase are not to wait when the next one kills
    { name: 'web-api stopped', seconds: 15, act: stopWebApi },
    { name: 'web-api killed', seconds: 12, act: () => killWithin(name('web-api-1')) },
    { name: 'collector stopped', seconds: 10, act: () => away('collector', COLLECTOR_AWAY_MS) },
    { name: 's3 away', seconds: 66, act: () => away('s3', S3_AWAY_MS) },
    { name: 'collector killed', seconds: 8, act: () => killWithin(name('collector')) },
  ] as const;
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return { phases, logins: () => logins, seconds };
}

/**
 * SIGKILL from within: for the engine it is the program that has died, and not somebody who has asked for it. The shell that
 * sends it lives on, and ends with 0.
 */
const killWithin = (container: string) => docker(['exec', container, 'sh', '-c', 'kill -KILL -1']);
