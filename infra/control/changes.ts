import { InfraError } from '../errors.ts';
import type { Applied, Target } from '../target.ts';
import { parseTargetChange, type TargetChange } from './change-request.ts';
import { type Answer, askOperator, type Report, reportChange } from './operator.ts';

/**
 * Carries a change out where it belongs, and has it logged once it took effect, or failed to:
 *
 *   deployment, rollback, restart, scaling, config with env or limits → target → told to the operator
 *   everything else → operator
 *
 * The answer has the fields of the change's own event, of a failure with `error` and `message` too.
 *
 * @throws CHANGE_INVALID and what the target refuses before it touches anything, which leave no change event; OPERATOR_AWAY
 */
export async function applyChange(target: Target, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  const change = parseTargetChange(body);
  if (change === undefined) return askOperator(target, body);
  const { kind, service, actor } = change;
  const about = { kind, service, actor };
  const before = target.versions()[service] ?? service;
  try {
    const { from, to } = await carryOut(target, change);
    const uid = await reportChange(target, { ...about, from, to, status: 'applied' });
    return { status: 200, body: { uid, ...about, from, to, status: 'applied', logged: uid !== undefined } };
  } catch (error) {
    if (!(error instanceof InfraError) || !error.code.startsWith('COMPONENT_')) throw error;
    const failed: Report = {
      ...{ ...about, from: before, to: intended(change) ?? before, status: 'failed' },
      detail: error.code.toLowerCase().replaceAll('_', ' '), // its text has log lines in it
    };
    const uid = await reportChange(target, failed);
    return {
      status: 502,
      body: { uid, ...failed, logged: uid !== undefined, error: error.code, message: error.message },
    };
  }
}

function carryOut(target: Target, change: TargetChange): Promise<Applied> {
  const { service } = change;
  switch (change.kind) {
    case 'deployment':
      return target.deploy({ service, release: change.release });
    case 'rollback':
      return target.rollback(service);
    case 'restart':
      return target.restart(service);
    case 'scaling':
      return target.scale({ service, replicas: change.replicas });
    case 'config':
      return target.setEnv({ service, env: change.env, limits: change.limits });
  }
}

function intended(change: TargetChange): string | undefined {
  if (change.kind === 'deployment') return change.release;
  return change.kind === 'scaling' ? String(change.replicas) : undefined;
}
