import { linesOf, parseLine } from '../runner/points/read.ts';

/** What a script asks before and after its traffic is no traffic, and neither is what it has changed meanwhile. */
const NO_TRAFFIC = new Set(['::setup', '::teardown']);
const isTraffic = (tags: Record<string, string> | null) =>
  !NO_TRAFFIC.has(tags?.group ?? '') && tags?.to !== 'control';

/** Requests of the traffic in a points file, counted as the judge counts those sent. */
export async function requestsSent(path: string): Promise<number> {
  let requests = 0;
  for await (const text of linesOf(path)) {
    if (!text.includes('"http_reqs"')) continue;
    const line = parseLine(text);
    if (line?.type === 'Point' && line.metric === 'http_reqs' && isTraffic(line.data.tags)) requests += 1;
  }
  return requests;
}
