import type { TestContext } from 'node:test';
import { startServer } from '../../../loadtests/testing/server.ts';
import { startAwsServer } from '../../../tools/moto/server.test-world.ts';
import { httpAddress } from '../../container/surroundings.ts';
import { makeSecrets } from '../../secrets.ts';
import type { AwsOptions } from '../runtime/options.ts';
import { AwsTarget } from '../target.ts';
import { makeCluster, PREFIX } from './cluster.ts';
import { type Becomes, type Health, type Refuses, startRollouts } from './rollouts.ts';

const serverAt = (url: string) => httpAddress('127.0.0.1', Number(new URL(url).port));

/** A cluster in moto with the stack's services, an operator and a collector that keep what they are told, and its target. */
export async function targetWorld(
  t: TestContext,
  {
    becomes = () => 'COMPLETED',
    refuses = () => false,
    health = () => 'HEALTHY',
    steadyMs,
  }: { becomes?: Becomes; refuses?: Refuses; health?: Health; steadyMs?: number } = {},
) {
  const moto = await startAwsServer(t);
  if (!moto) return undefined;
  const { region, credentials } = moto;
  const { queueUrl, service, tell, unhandled, makeBase } = await makeCluster(t, moto);
  const rollouts = await startRollouts(t, { moto: moto.endpoint, becomes, refuses, health });
  const [operator, collector] = [
    await startServer((_, response) => response.end('{"uid":"change-1"}')),
    await startServer(),
  ];
  t.after(() => Promise.all([operator.close(), collector.close()]));
  const secrets = makeSecrets();
  const options: AwsOptions = {
    ...{ prefix: PREFIX, region, secrets, eventsQueueUrl: queueUrl, pollMs: 5 },
    ...(steadyMs === undefined ? {} : { steadyMs }),
    client: { endpoint: rollouts.endpoint, credentials },
    addresses: {
      operator: { first: serverAt(operator.url) },
      collector: { first: serverAt(collector.url), counters: serverAt(collector.url) },
    },
  };
  const ended = new AbortController();
  ended.abort();
  /** Another one of the same stack. */
  const find = () => {
    const found = new AwsTarget(options);
    t.after(() => found.stop({ signal: ended.signal }));
    return found;
  };
  const target = find();
  return { target, find, secrets, operator, collector, rollouts, service, tell, unhandled, makeBase };
}

/** Every service comes up but with the second revision of web-api. */
export const secondOf = (becomes: 'FAILED' | 'IN_PROGRESS') => (definition: string) =>
  definition.endsWith('web-api:2') ? becomes : 'COMPLETED';

/** How many updates of services were asked for. */
export const updates = (asked: readonly string[]) => asked.filter((call) => call === 'UpdateService').length;
