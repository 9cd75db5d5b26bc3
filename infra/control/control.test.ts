import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { havePrograms, makeTarget } from '../embedded/testing.ts';
import { Control } from './control.ts';

test('the control API changes the stack, for those who may', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t);
  await target.start();
  const control = await Control.start({ target });
  t.after(() => control.close());
  const token = target.secrets().controlToken;
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${control.address.url}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const told = async () => {
    const lines: unknown[] = [];
    for await (const line of target.logs('operator')) {
      const { path, body } = JSON.parse(line) as { path?: string; body?: string };
      if (path === '/changes') lines.push(JSON.parse(body ?? ''));
    }
    return lines;
  };

  await t.test('only with the token, and only under its own name', async () => {
    const restart = { kind: 'restart', service: 'web-api' };
    for (const authorization of ['', 'Bearer', `Bearer ${token}x`, `Basic ${token}`])
      assert.equal((await post(restart, { authorization })).status, 401);
    assert.equal(await statusFor({ url: control.address.url, host: 'attacker.example', token }), 403);
    assert.equal(await statusFor({ url: control.address.url, host: 'localhost:80', token }), 200);
    assert.equal((await fetch(`${control.address.url}/health`)).status, 200);
    assert.equal((await fetch(`${control.address.url}/stack`)).status, 401);
  });

  await t.test('bodies are limited and checked before anything is touched', async () => {
    const web = { service: 'web-api' };
    assert.equal((await post('x'.repeat(70_000))).status, 413);
    assert.equal((await post('{')).status, 400);
    assert.equal((await post('[]')).status, 400);
    assert.equal((await post({ kind: 'restart', ...web }, { 'content-type': 'text/plain' })).status, 415);
    for (const body of [
      { kind: 'restart', service: '../x' },
      { kind: 'deployment', ...web },
      { kind: 'deployment', ...web, release: '7.0.0' },
      { kind: 'scaling', ...web, replicas: 1.5 },
      { kind: 'scaling', ...web, replicas: 2 },
      { kind: 'config', ...web, env: { lower: 'x' } },
      { kind: 'config', ...web, limits: { heapMiB: -1 } },
      { kind: 'restart', ...web, actor: 'A B' },
      { kind: 'rollback', ...web },
    ])
      assert.equal((await post(body)).status, 400, JSON.stringify(body));
    assert.deepEqual(await told(), []);
  });

  await t.test('the target does what is its own, and the operator is told once it took effect', async () => {
    const { status, body } = await post({ kind: 'deployment', service: 'web-api', release: '1.8.1' });
    assert.equal(status, 200);
    const change = {
      kind: 'deployment',
      service: 'web-api',
      actor: 'release-manager',
      from: '1.8.0',
      to: '1.8.1',
    };
    assert.deepEqual(body, { uid: 'c-1', ...change, status: 'applied', logged: true });
    assert.deepEqual(await told(), [{ ...change, status: 'applied', apply: false }]);
    assert.equal(target.versions()['web-api'], '1.8.1');
    const scaling = { kind: 'scaling', service: 'payment-worker', replicas: 2, actor: 'autoscaler' };
    assert.equal((await post(scaling)).body.to, '2');
    assert.equal((await post({ kind: 'restart', service: 'operator' })).body.logged, true);
  });

  await t.test('a change that fails is told as failed', async () => {
    const { status, body } = await post({ kind: 'deployment', service: 'auth-service', release: '1.8.1' });
    assert.equal(status, 502);
    assert.equal(body.error, 'COMPONENT_FAILED');
    const { uid, from, to, detail } = body;
    assert.deepEqual([uid, from, to, detail], ['c-1', '1.8.0', '1.8.1', 'component failed']);
    const last = (await told()).at(-1) as Record<string, unknown>;
    assert.equal(last.status, 'failed');
    assert.equal(last.from, '1.8.0');
    assert.equal(last.to, '1.8.1');
    assert.equal(last.detail, 'component failed');
  });

  await t.test('everything else is handed to the operator as it came', async () => {
    const flag = { kind: 'feature_flag', flag: 'pricing_v2', value: true, actor: 'ana' };
    assert.equal((await post(flag)).status, 200);
    assert.deepEqual((await told()).at(-1), flag);
  });

  await t.test('the stack tells its addresses', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const stack = await (await fetch(`${control.address.url}/stack`, { headers })).json();
    const { kind, addresses } = stack as { kind: string; addresses: Record<string, string> };
    assert.equal(kind, 'embedded');
    assert.equal(addresses['web-api'], target.address('web-api').url);
  });
});

// fetch does not let a caller choose the Host header
function statusFor({ url, host, token }: { url: string; host: string; token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, authorization: `Bearer ${token}` };
    request(`${url}/stack`, { headers }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });
}
