import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rampingArrivals } from '../runner/schedule/arrivals.ts';
import { readConfig } from './config.ts';
import { checkTarget } from './target.ts';
import { slowWave } from './wave.ts';

test('every variable has a default', () => {
  assert.deepEqual(readConfig({}), {
    webApiUrl: 'http://127.0.0.1:8080',
    seed: '1',
    rate: 20,
    durationMs: 180_000,
  });
});

test('a wrong variable is named with its rule and value', () => {
  assert.throws(
    () => readConfig({ FAULTLINE_RATE: 'fast' }),
    /FAULTLINE_RATE must be 0.5 to 5000 .*got "fast"/,
  );
  assert.throws(
    () => readConfig({ FAULTLINE_SEED: '-1' }),
    /FAULTLINE_SEED must be 1 to 15 digits, got "-1"/,
  );
  assert.throws(
    () => readConfig({ FAULTLINE_DURATION: '3 min' }),
    /FAULTLINE_DURATION must be 1s to 24h.*got "3 min"/,
  );
  assert.equal(readConfig({ FAULTLINE_DURATION: '1m30s' }).durationMs, 90_000);
});

test('load goes to loopback and private addresses only', () => {
  const check = (url: string, allowRemote = false) => checkTarget({ name: 'X', url, allowRemote });
  const own = [
    '127.0.0.1:80',
    'localhost',
    '[::1]:8080',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.1.1/base',
  ];
  own.push('web-api:8080', 'web-api.storefront.internal', '[fd00::1]');
  for (const host of own) assert.equal(check(`http://${host}`), `http://${host}`);
  const foreign = [
    'example.com',
    '8.8.8.8',
    '172.32.0.1',
    '11.0.0.1',
    '134744072',
    '0x8080808',
    '127.1',
    '[2001:db8::1]',
  ];
  foreign.push('169.254.169.254', '127.0.0.1.example.com', 'localhost.example.com', '192.168.1.1.');
  for (const host of foreign)
    assert.throws(() => check(`http://${host}`), /must be a loopback or private address/, host);
  assert.equal(check('https://example.com/', true), 'https://example.com');
  for (const url of [
    'ftp://127.0.0.1',
    'http://a@127.0.0.1',
    'http://127.0.0.1#@example.com',
    '127.0.0.1',
    'http://',
  ]) {
    assert.throws(() => check(url, true), /must be http\(s\):\/\/host/, url);
  }
});

test('the slow wave keeps its mean, swings both ways, and lasts as long as it should', () => {
  for (const durationMs of [7_000, 180_000, 3_600_000]) {
    const { startRate, timeUnit, stages } = slowWave({ perSecond: 5, durationMs });
    const times = stages.map(({ duration }) => Number(duration.slice(0, -2)));
    assert.equal(
      times.reduce((sum, time) => sum + time, 0),
      durationMs,
    );
    const timeUnitMs = Number(timeUnit.slice(0, -1)) * 1_000;
    const plan = stages.map(({ target }, piece) => ({ target, durationMs: times[piece] ?? 0 }));
    const starts = [...rampingArrivals({ startRate, stages: plan, timeUnitMs })];
    assert.ok(
      Math.abs(starts.length - (5 * durationMs) / 1_000) <= 1,
      `${starts.length} in ${durationMs} ms`,
    );
    const perSecond = stages.map(({ target }) => (target * 1_000) / timeUnitMs);
    assert.deepEqual([Math.max(...perSecond), Math.min(...perSecond)], [6.5, 3.5]);
    assert.ok(stages.every(({ target }) => Number.isInteger(target)));
  }
});
