import type { Target } from '../../../infra/target.ts';
import { componentOf } from '../../../infra/topology.ts';

/**
 * When the first service process is started (epoch ms): the run's window opens there, so that setting up the stores is not
 * part of the data, and the services' own start is. Call before `start`.
 */
export async function windowOpening(target: Target): Promise<number> {
  for await (const { type, service, time } of target.events()) {
    if (type === 'started' && componentOf(service).role === 'service') return time;
  }
  return Date.now();
}
