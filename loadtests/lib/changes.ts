import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import type { Change } from '../campaign/plan/catalogue.ts';
import { type ControlConfig, missingControl } from './config.ts';

/** k6 has it, and its types do not. */
declare const console: { error(text: string): void };

/** Milliseconds from the request to its answer; its metadata says what was asked and answered, and when. */
const changeMs = new Trend('change_ms', true);
const applied = new Counter('change_applied');
const failed = new Counter('change_failed');

/** A replacement of containers takes most of a minute. */
const TIMEOUT = '280s';
/** More than any answer of the control API has. */
const KEPT_CHARACTERS = 16_384;

/** Ends the test in setup unless the control API answers, and to this token. */
export async function requireControl(control: ControlConfig | undefined): Promise<void> {
  // Thresholds on counters are about these, also when nothing ever happens.
  applied.add(0);
  failed.add(0);
  if (!control)
    throw new Error(missingControl('FAULTLINE_CONTROL_URL and FAULTLINE_CONTROL_TOKEN are not set'));
  const { url } = control;
  const { status, error } = await ask({ control, method: 'GET', path: '/stack', timeout: '10s' });
  if (status === 0) throw new Error(missingControl(`nothing answers at ${url} (${error})`));
  if (status === 401) throw new Error(missingControl(`FAULTLINE_CONTROL_TOKEN is not the token of ${url}`));
  if (status !== 200) throw new Error(missingControl(`GET ${url}/stack gave ${status}`));
}

/**
 * Has one planned change carried out, and leaves one point that tells of it. A change that fails is told like any other: the
 * test goes on, and what takes the change back is still asked for.
 */
export async function makeChange({
  control,
  change,
  number,
  phase,
}: {
  control: ControlConfig;
  change: Change;
  /** Of the case, from 1. */
  number: number;
  phase: 'change' | 'revert';
}): Promise<void> {
  const request = JSON.stringify(change.request);
  const tags = { case: String(number), phase };
  const startedMs = Date.now();
  const answer = await ask({ control, method: 'POST', path: '/changes', body: request, tags });
  const acknowledgedMs = Date.now();
  const status = answer.status === 200 ? 'applied' : 'failed';
  const { metadata } = exec.vu.metrics;
  metadata.started_ms = String(startedMs);
  metadata.acknowledged_ms = String(acknowledgedMs);
  metadata.request = request;
  metadata.response = answer.text.slice(0, KEPT_CHARACTERS) || `${answer.status} ${answer.error}`;
  changeMs.add(acknowledgedMs - startedMs, { ...tags, to: 'control', status });
  for (const name of ['started_ms', 'acknowledged_ms', 'request', 'response']) delete metadata[name];
  (status === 'applied' ? applied : failed).add(1, { ...tags, to: 'control' });
}

/**
 * At the end, also after Ctrl-C: whatever still is as a change left it is taken back. What cannot be is told and counted: the
 * traffic before it is as whole as ever.
 */
export async function takeBackAll(control: ControlConfig): Promise<void> {
  const { status, error, text } = await ask({ control, method: 'POST', path: '/changes/revert', body: '{}' });
  if (status === 200) return;
  failed.add(1, { phase: 'teardown', to: 'control' });
  console.error(`the control API did not take everything back: ${status} ${error} ${text}`);
}

async function ask({
  control: { url, token },
  method,
  path,
  body,
  timeout = TIMEOUT,
  tags = {},
}: {
  control: ControlConfig;
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  timeout?: string;
  tags?: { [name: string]: string };
}): Promise<{ status: number; error: string; text: string }> {
  const response = await http.asyncRequest(method, `${url}${path}`, body ?? null, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    tags: { ...tags, name: path, to: 'control' },
    timeout,
  });
  return { status: response.status, error: response.error, text: String(response.body ?? '') };
}
