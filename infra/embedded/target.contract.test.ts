import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { keepsTheContract } from '../target.contract.ts';
import { havePrograms, isRunning, makeTarget } from './testing.ts';

test('an embedded target keeps the contract of all targets', { timeout: 120_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target, stateDir } = await makeTarget(t);
  const pids = new Map<number, string>();
  const events = target.events();
  void (async () => {
    for await (const { pid, service } of events) pids.set(pid, service);
  })();
  const leftovers = async () => {
    const state = `${stateDir}/stack.json`;
    const left: string[] = existsSync(state) ? [state] : [];
    for (const [pid, service] of pids) if (await isRunning(pid)) left.push(service);
    return left;
  };
  await keepsTheContract(t, { target, leftovers });
});
