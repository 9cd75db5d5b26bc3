import { open } from 'node:fs/promises';
import { parseLine } from '../runner/points/read.ts';

/** What the points of a script with changes say of when. Epoch ms. */
export interface TruthPoints {
  /** When the plan's 0 was; undefined when no traffic ever started. */
  readonly startMs: number | undefined;
  /** When the last request of a customer was sent. */
  readonly lastSentMs: number | undefined;
  /** By case and phase: `3 revert`. */
  readonly changes: ReadonlyMap<string, ChangePoint>;
}

export interface ChangePoint {
  readonly startedMs: number;
  readonly acknowledgedMs: number;
  readonly status: 'applied' | 'failed';
  readonly answer: ChangeAnswer;
}

/** What the control API answered, as far as it did. */
export interface ChangeAnswer {
  readonly uid?: string;
  readonly from?: string;
  readonly to?: string;
  /** Why it failed. */
  readonly problem?: string;
}

const WANTED = /"metric":\s*"(?:traffic_started|change_ms|http_req_duration)"/;
const KEPT_CHARACTERS = 500;

/** Without a file there are no points: the script ended before its first. */
export async function readTruthPoints(path: string): Promise<TruthPoints> {
  let startMs: number | undefined;
  let lastSentMs: number | undefined;
  const changes = new Map<string, ChangePoint>();
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  for await (const text of file?.readLines() ?? []) {
    const line = WANTED.test(text) ? parseLine(text) : undefined;
    if (line?.type !== 'Point') continue;
    const { time, value, tags, metadata } = line.data;
    if (line.metric === 'traffic_started') startMs ??= Number(metadata?.started_ms);
    if (line.metric === 'change_ms') changes.set(`${tags?.case} ${tags?.phase}`, changePoint(tags, metadata));
    if (line.metric === 'http_req_duration' && tags?.scenario === 'customers')
      lastSentMs = Math.max(lastSentMs ?? 0, Math.floor(Date.parse(time) - value));
  }
  return { startMs, lastSentMs, changes };
}

type Labels = Record<string, string> | null | undefined;

function changePoint(tags: Labels, metadata: Labels): ChangePoint {
  const status = tags?.status === 'applied' ? 'applied' : 'failed';
  return {
    startedMs: Number(metadata?.started_ms),
    acknowledgedMs: Number(metadata?.acknowledged_ms),
    status,
    answer: readAnswer(metadata?.response ?? ''),
  };
}

/** The answer's JSON; text that is none is the problem itself. */
function readAnswer(text: string): ChangeAnswer {
  const body = parseObject(text);
  if (!body) return { problem: text.slice(0, KEPT_CHARACTERS) };
  const given = (name: string): string | undefined =>
    typeof body[name] === 'string' ? (body[name] as string) : undefined;
  const [uid, from, to] = [given('uid'), given('from'), given('to')];
  const problem = [given('error'), given('message')].filter((part) => part !== undefined).join(': ');
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(problem === '' ? {} : { problem: problem.slice(0, KEPT_CHARACTERS) }),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
