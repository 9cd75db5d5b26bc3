import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TestStack } from '../../../infra/docker/testing/test-stack.ts';
import { type MadeDataset, makeDataset } from './docker-dataset.ts';
import { answersOf, goThrough, type Past, underWayAt } from './phases.ts';
import { type ClientRequest, clientRequests, countBy, firstTime, requestIdsOf } from './requests.ts';
import { type Trouble, troublesOf } from './troubles.ts';

/** Longer than a service keeps spans to itself (5 s). */
const SPANS_KEPT_MS = 6_000;
/** What was sent this long before a service was told to end has come in. */
const UNDER_WAY_MS = 100;
const ANSWER_MS = 2_000;
const RECOVERY_MS = 10_000;

/** A run during which all of that happens to the stack, judged by what its client got and what its dataset has. */
export async function judgeTroubles({
  t,
  stack,
  folder,
}: {
  t: TestContext;
  stack: TestStack;
  folder: string;
}): Promise<void> {
  const ending = new AbortController();
  const { phases, logins, seconds } = troublesOf(stack, ending.signal);
  let going: Promise<Record<string, Past>> | undefined;
  const made = await makeDataset({
    ...{
      folder,
      stack,
      runId: 'troubled',
      traffic: ['--duration', `${seconds + 3}s`, '--seed', '11', '--force'],
    },
    onTraffic: () => {
      going = goThrough(phases, ending.signal);
      going.catch(() => {}); // what it throws is told where it is awaited
    },
  }).catch(async (error: unknown) => {
    ending.abort();
    await going?.catch(() => {});
    throw error;
  });
  assert.ok(going, 'there was traffic');
  const past = (await going) as Record<Trouble, Past>;
  const logs = join(made.folder, 'ocsf_logs.parquet');
  const requests = [...(await clientRequests(made.pointsFile)), ...logins()];
  for (const [name, phase] of Object.entries(past))
    t.diagnostic(`${name} (${phase.acted - phase.from} ms): ${JSON.stringify(answersOf(requests, phase))}`);

  const answered = requests.filter(({ status }) => status !== 0);
  const lost = {
    lines: without(answered, await requestIdsOf({ file: logs, kind: 'http.access' })),
    spans: without(
      answered,
      await requestIdsOf({ file: join(made.folder, 'ocsf_traces.parquet'), kind: 'http.server' }),
    ),
  };
  tellLosses({ t, made, requests, lost, past });
  assertLosses({ made, lost, past });
  assertAnswers({ requests, past });
  await assertInFlight({ t, logs, logins: logins(), past });

  const counts = await countBy(logs, ['event_kind', 'service']);
  t.diagnostic(JSON.stringify(counts));
  for (const service of ['postgres', 'cache', 'queue'])
    for (const kind of ['log', 'process.stop', 'process.start'])
      assert.ok((counts[`${kind} ${service}`] ?? 0) > 0, `${kind} ${service}`);
  for (const kind of ['process.stop', 'process.start', 'process.exit', 'process.restart'])
    assert.equal(counts[`${kind} web-api`], 1, `${kind} web-api`);
}

const without = (requests: readonly ClientRequest[], ids: ReadonlySet<string>) =>
  requests.filter(({ id }) => !ids.has(id));

interface Losses {
  readonly lines: readonly ClientRequest[];
  readonly spans: readonly ClientRequest[];
}

function tellLosses({
  t,
  made: { quality, seconds, rows },
  requests,
  lost,
  past,
}: {
  t: TestContext;
  made: MadeDataset;
  requests: readonly ClientRequest[];
  lost: Losses;
  past: Record<Trouble, Past>;
}): void {
  const { sent, unanswered } = quality.conservation;
  t.diagnostic(
    JSON.stringify({ rows, seconds, sent, requests: requests.length, unanswered: unanswered.by_code }),
  );
  t.diagnostic(
    `answered requests without access line: ${lost.lines.length}, without server span: ${lost.spans.length}; ${JSON.stringify(quality.lines)}`,
  );
  for (const { id, endMs, status } of [...new Set([...lost.lines, ...lost.spans])])
    t.diagnostic(
      `${id} ${status}, ${Math.round(endMs - past['web-api killed'].from)} ms after the kill of web-api`,
    );
}

/** Only a killed collector loses lines, and only a killed service loses spans: those that it had not sent yet. */
function assertLosses({
  made: { quality },
  lost,
  past,
}: {
  made: MadeDataset;
  lost: Losses;
  past: Record<Trouble, Past>;
}): void {
  const within = ({ endMs }: ClientRequest, kill: Past) =>
    endMs > kill.from - SPANS_KEPT_MS && endMs < kill.acted + SPANS_KEPT_MS;
  const { 'collector killed': collector, 'web-api killed': webApi } = past;
  assert.deepEqual(
    lost.lines.filter((request) => !within(request, collector)),
    [],
    'access lines',
  );
  assert.deepEqual(
    lost.spans.filter((request) => !within(request, collector) && !within(request, webApi)),
    [],
    'server spans',
  );
  assert.ok(quality.lines.missing >= lost.lines.length, 'what is lost is counted by the gaps');
  const rows = quality.conservation.differences.filter(({ in: side, not_in }) =>
    `${side} ${not_in}`.includes('rows_'),
  );
  assert.equal(rows.length, 4);
  for (const { in: side, not_in, count } of rows) assert.equal(count, 0, `${side} and not ${not_in}`);
}

function assertAnswers({
  requests,
  past,
}: {
  requests: readonly ClientRequest[];
  past: Record<Trouble, Past>;
}): void {
  for (const name of ['postgres restarted', 'cache flushed', 'queue and cache restarted'] as const) {
    const { statuses, longestFailedMs, longestMs, recoveredMs } = answersOf(requests, past[name]);
    assert.equal(statuses[0], undefined, `${name}: everything is answered`);
    assert.ok(longestFailedMs <= ANSWER_MS, `${name}: a 5xx after ${longestFailedMs} ms`);
    assert.ok(longestMs <= RECOVERY_MS, `${name}: an answer after ${longestMs} ms`);
    assert.ok((recoveredMs ?? 0) <= RECOVERY_MS, `${name}: a 5xx ${recoveredMs} ms after it`);
  }
  for (const name of ['collector stopped', 's3 away', 'collector killed'] as const)
    assert.equal(answersOf(requests, past[name]).statuses[0], undefined, `${name}: everything is answered`);
}

async function assertInFlight({
  t,
  logs,
  logins,
  past,
}: {
  t: TestContext;
  logs: string;
  logins: readonly ClientRequest[];
  past: Record<Trouble, Past>;
}): Promise<void> {
  const { from, to } = past['web-api stopped'];
  const told = await firstTime({ file: logs, service: 'web-api', message: 'stopping', from, to });
  assert.ok(told, 'web-api says that it was told to end');
  const inFlight = underWayAt(logins, told).filter(({ startMs }) => startMs < told - UNDER_WAY_MS);
  t.diagnostic(
    `told to end with ${inFlight.length} requests in flight: ${inFlight.map(({ status, endMs }) => `${status} after ${endMs - told} ms`).join(', ')}`,
  );
  assert.ok(inFlight.length > 0);
  assert.deepEqual([...new Set(inFlight.map(({ status }) => status))], [200]);
}
