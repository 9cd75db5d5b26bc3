import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWaitsAndDice } from './find.ts';
import type { Kind } from './finding.ts';

/** One violation a source; each must be found, by its kind and nothing else. */
const VIOLATIONS: [name: string, kind: Kind, source: string][] = [
  ['setTimeout', 'timer', 'await new Promise((resolve) => setTimeout(resolve, 300));'],
  [
    'a timer that is handed on',
    'timer',
    'import { promisify } from "node:util"; const w = promisify(setTimeout);',
  ],
  ['a member of globalThis', 'timer', 'globalThis.setTimeout(f, 9);'],
  ['a member by its text', 'timer', "globalThis['setInterval'](f, 9);"],
  ['a timer taken by a pattern', 'timer', 'const { setTimeout: later } = globalThis;'],
  ['timers/promises', 'timer', "import { setTimeout as rest } from 'node:timers/promises'; await rest(5);"],
  ['scheduler', 'timer', "import { scheduler } from 'timers/promises'; await scheduler.wait(5);"],
  ['all of the module', 'timer', "import * as t from 'timers/promises'; await t.scheduler.wait(5);"],
  ['a module that is required', 'timer', "const t = require('node:timers');"],
  ['a module that is loaded later', 'timer', "const t = await import('node:timers/promises');"],
  ['AbortSignal.timeout', 'timer', 'await once(nothing, "x", { signal: AbortSignal.timeout(300) });'],
  [
    'the chassis’s time limit',
    'timer',
    "import { timeLimit } from '../chassis/time-limit.ts'; await new Promise<void>((go) => timeLimit(5, go));",
  ],
  ['Atomics.wait', 'blocking wait', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);'],
  ['a function called sleep', 'sleep', 'await sleep(300);'],
  ['a method called delay', 'sleep', 'await clock.delay(300);'],
  ['a package for it', 'sleep', "import rest from 'delay'; export { rest };"],
  ['pg_sleep', 'sleep', "await database.query('SELECT pg_sleep(0.3)');"],
  ['pg_sleep in a template', 'sleep', 'await database.query(`SELECT pg_sleep($' + '{seconds})`);'],
  ['a command', 'sleep', "execSync('sleep 1');"],
  ['a job that is held back', 'delayed job', "await queue.add('payment', job, { delay: 500 });"],
  ['a busy loop', 'loop on the clock', 'const end = Date.now() + 300; while (Date.now() < end);'],
  [
    'one that asks inside',
    'loop on the clock',
    'for (;;) { const now = performance.now(); if (now > end) break; }',
  ],
  ['one by new Date', 'loop on the clock', 'do { spin(); } while (+new Date() < end);'],
  ['one by hrtime', 'loop on the clock', 'while (process.hrtime.bigint() < end) spin();'],
  ['one by a name for the clock', 'loop on the clock', 'const now = Date.now; while (now() < end);'],
  ['one by an arrow', 'loop on the clock', 'const now = () => performance.now(); while (now() < end);'],
  ['one by a function', 'loop on the clock', 'function now() { return Date.now(); } while (now() < end);'],
  ['eval', 'code from text', 'eval(text);'],
  ['a function of text', 'code from text', 'new Function(text)();'],
  ['Math.random', 'random number', 'if (Math.random() < 0.1) throw new Error("unlucky");'],
  ['Math.random by its text', 'random number', "const draw = Math['random']();"],
  ['Math.random by a pattern', 'random number', 'const { random } = Math;'],
  ['randomInt', 'random number', "import { randomInt } from 'node:crypto'; const n = randomInt(10);"],
  ['randomInt of the module', 'random number', "import * as c from 'crypto'; const n = c.randomInt(10);"],
  ['SQL', 'random number', "await database.query('SELECT id FROM users WHERE random() < 0.1');"],
  ['redis', 'random number', "await cache.srandmember('hot');"],
  ['a byte', 'random outcome', "import { randomBytes } from 'node:crypto'; const coin = randomBytes(1)[0];"],
  [
    'a read number',
    'random outcome',
    "import { randomBytes as b } from 'crypto'; use(b(4).readUInt32BE(0));",
  ],
  [
    'a compared id',
    'random outcome',
    "import { randomUUID } from 'node:crypto'; if (randomUUID() < '4') fail();",
  ],
  [
    'an id in a variable',
    'random outcome',
    "import { randomUUID } from 'crypto'; const uid = randomUUID(); if (uid.startsWith('0')) fail();",
  ],
  [
    'an id over two variables',
    'random outcome',
    "import { randomUUID } from 'crypto'; const uid = randomUUID(); const first = uid.slice(0, 1); switch (first) { case '0': fail(); }",
  ],
  [
    'a function that draws',
    'random outcome',
    "import { randomUUID } from 'crypto'; function draw() { return randomUUID(); } const lucky = draw() === other ? 1 : 2;",
  ],
  [
    'an arrow that draws',
    'random outcome',
    "import { randomBytes } from 'crypto'; const draw = () => randomBytes(1); draw().equals(zero) && fail();",
  ],
  ['a number made of an id', 'random outcome', 'const n = Number.parseInt(crypto.randomUUID(), 16); use(n);'],
  ['web crypto', 'random outcome', 'const [n] = crypto.getRandomValues(new Uint8Array(1)); if (n) fail();'],
  ['the clock as dice', 'clock as dice', 'if (Date.now() % 10 === 0) throw new Error("unlucky");'],
  ['the clock’s last bit', 'clock as dice', 'const odd = performance.now() & 1;'],
];

for (const [name, kind, source] of VIOLATIONS)
  test(`found: ${name}`, async () => {
    const found = await findWaitsAndDice(source);
    assert.ok(found.length > 0, source);
    assert.deepEqual([...new Set(found.map((finding) => finding.kind))], [kind]);
  });

const HARMLESS: [name: string, source: string][] = [
  [
    'library back-off',
    "new Queue('payments', { defaultJobOptions: { backoff: { type: 'exponential', delay: 500 } } });",
  ],
  ['limits of libraries', 'new Pool({ connectionTimeoutMillis: 2_000, statement_timeout: 10_000 });'],
  ['how long something took', 'const started = Date.now(); await work(); observe(Date.now() - started);'],
  ['a duration per item of a list', 'for (const item of list) { const at = Date.now(); run(item, at); }'],
  ['a loop without the clock', 'while (rows.length > 0) take(rows.pop());'],
  ['a loop around what takes a time', 'const started = Date.now(); while (more(started)) step(started);'],
  ['a loop whose callback asks', 'while (more()) later(() => Date.now());'],
  [
    'words that only look like it',
    "log('asleep: sleepless nights, setTimeout is not called'); const delayed = 1;",
  ],
  [
    'an id',
    "import { randomUUID } from 'node:crypto'; const uid = randomUUID(); send({ uid, text: 'id ' + uid });",
  ],
  [
    'an id where none was given',
    "import { randomUUID } from 'crypto'; const id = ok(given) ? given : randomUUID();",
  ],
  ['a token', "import { randomBytes } from 'crypto'; use('s-' + randomBytes(4).toString('hex'));"],
  ['a hash that decides', "if (createHash('sha256').update(id).digest()[0] < 10) decline();"],
  ['today', 'const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;'],
  ['a column of that name', "database.query('SELECT random_seed FROM runs');"],
];

for (const [name, source] of HARMLESS)
  test(`not found: ${name}`, async () => assert.deepEqual(await findWaitsAndDice(source), []));

test('a finding has its line in the source as it was written, and its function', async () => {
  const source = `
    interface Options { ms: number }

    class Gateway {
      async charge({ ms }: Options): Promise<void> {
        await tracer.span('charge', async () => {
          await sleep(ms as number);
        });
      }
    }
    const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    pause(setInterval);`;
  assert.deepEqual(await findWaitsAndDice(source), [
    { kind: 'sleep', what: 'sleep', within: 'charge', line: 7 },
    { kind: 'timer', what: 'setTimeout', within: 'wait', line: 11 },
    { kind: 'timer', what: 'setInterval', within: 'module', line: 12 },
  ]);
});

test('a source that is none is refused', async () => {
  await assert.rejects(findWaitsAndDice('const = 1'));
});
