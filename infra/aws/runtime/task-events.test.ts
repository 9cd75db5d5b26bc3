import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stoppedEvent, taskStateEvent } from '../testing/task-state-events.ts';
import { TaskEvents } from './task-events.ts';
import { readTaskState, type TaskState } from './task-state.ts';

const stateOf = (event: object) => readTaskState(JSON.stringify(event)) as TaskState;
const RUNNING = stateOf(taskStateEvent());
const STARTED = {
  type: 'started',
  service: 'web-api',
  replica: 1,
  pid: 0,
  time: Date.parse('2020-01-23T17:57:58.103Z'),
  version: '1.8.0',
} as const;
const ENDED_MS = Date.parse('2020-01-23T18:10:01.250Z');

const tracker = () => new TaskEvents({ prefix: 'storefront' });
const endOf = (event: object) => {
  const events = tracker();
  events.note(RUNNING, '1.8.0');
  return events.note(stateOf(event), '1.8.0');
};

test('a task that runs has started, once, however often its state comes', () => {
  const events = tracker();
  assert.deepEqual(events.note(RUNNING, '1.8.0'), [STARTED]);
  assert.deepEqual(events.note(RUNNING, '1.8.0'), []);
  assert.deepEqual(events.note({ ...RUNNING, version: 5, lastStatus: 'DEACTIVATING' }, '1.8.0'), []);
});

test('a task that is not started yet, and one that could not start, are no process', () => {
  const { startedAt: _, ...pending } = RUNNING;
  assert.deepEqual(tracker().note({ ...pending, lastStatus: 'PENDING', version: 2 }, ''), []);
  const { startedAt: __, ...failed } = stateOf(
    stoppedEvent({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: pull access denied',
    }),
  );
  assert.deepEqual(tracker().note(failed, ''), []);
});

const ENDS: [string, Parameters<typeof stoppedEvent>[0], object][] = [
  [
    'the scheduler stopped it for a deployment',
    {
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1234567890123456789)',
      container: { exitCode: 0 },
    },
    { code: 0, signal: null, oom: false, expected: true },
  ],
  [
    'somebody stopped it, and it did not end in time',
    { stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user', container: { exitCode: 137 } },
    { code: null, signal: 'SIGKILL', oom: false, expected: true },
  ],
  [
    'it crashed',
    {
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      container: { exitCode: 70 },
    },
    { code: 70, signal: null, oom: false, expected: false },
  ],
  [
    'the kernel killed it for want of memory',
    {
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
    },
    { code: null, signal: 'SIGKILL', oom: true, expected: false },
  ],
  [
    'V8 aborted',
    { stopCode: 'EssentialContainerExited', container: { exitCode: 134 } },
    { code: null, signal: 'SIGABRT', oom: true, expected: false },
  ],
  [
    'a segmentation fault',
    { stopCode: 'EssentialContainerExited', container: { exitCode: 139 } },
    { code: null, signal: 'SIGSEGV', oom: false, expected: false },
  ],
  [
    'the scheduler stopped it since it was not healthy',
    {
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed container health checks',
      container: { exitCode: 143 },
    },
    { code: null, signal: 'SIGTERM', oom: false, expected: false },
  ],
  [
    'the load balancer found it not healthy',
    {
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason:
        'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/web/1)',
      container: { exitCode: 0 },
    },
    { code: 0, signal: null, oom: false, expected: false },
  ],
  [
    'AWS retired the machine',
    { stopCode: 'TerminationNotice', container: { exitCode: 143 } },
    { code: null, signal: 'SIGTERM', oom: false, expected: false },
  ],
];
for (const [name, event, end] of ENDS) {
  test(`an end: ${name}`, () => {
    const fact = { type: 'exited', service: 'web-api', replica: 1, pid: 0, time: ENDED_MS };
    assert.deepEqual(endOf(stoppedEvent(event)), [{ ...fact, ...end }]);
  });
}

test('killed along with the log router that ran out of memory, it did not run out itself', () => {
  const end = stoppedEvent({ stopCode: 'EssentialContainerExited' });
  const containers = [
    { name: 'log-router', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
    { name: 'web-api', exitCode: 137 },
  ];
  const [exited] = endOf({ ...end, detail: { ...end.detail, containers } });
  assert.ok(exited?.type === 'exited' && !exited.oom && !exited.expected);
});

test('the next start after a crash is a restart, after a deployment it is none', () => {
  const next = (stopCode: string) => {
    const events = tracker();
    events.note(RUNNING, '1.8.0');
    events.note(stateOf(stoppedEvent({ stopCode, container: { exitCode: 1 } })), '1.8.0');
    const after = { ...RUNNING, taskArn: 'another' };
    return [...events.note(after, '1.8.0'), ...events.note({ ...RUNNING, taskArn: 'a third' }, '1.8.0')].map(
      ({ type, replica }) => `${type} ${replica}`,
    );
  };
  assert.deepEqual(next('EssentialContainerExited'), ['restarted 1', 'started 2']);
  assert.deepEqual(next('ServiceSchedulerInitiated'), ['started 1', 'started 2']);
});

test('states in the wrong order: both are told at the end, and what comes late is nothing', () => {
  const events = tracker();
  const end = stateOf(stoppedEvent({ stopCode: 'UserInitiated', container: { exitCode: 0 } }));
  assert.deepEqual(
    events.note(end, '1.8.0').map(({ type, time }) => [type, time]),
    [
      ['started', STARTED.time],
      ['exited', ENDED_MS],
    ],
  );
  assert.deepEqual(events.note(RUNNING, '1.8.0'), []);
});

test('a task that ran before is told of when it ends', () => {
  const events = tracker();
  events.know(RUNNING);
  const end = stateOf(stoppedEvent({ stopCode: 'UserInitiated', container: { exitCode: 0 } }));
  assert.deepEqual(
    events.note(end, '1.8.0').map(({ type }) => type),
    ['exited'],
  );
});

test('a one-shot task is told by its family, and code 0 is what it was to end with', () => {
  const setup = {
    group: 'family:storefront-database-setup',
    taskDefinitionArn: 'arn:aws:ecs:us-west-2:111122223333:task-definition/storefront-database-setup:3',
  };
  const end = (exitCode: number) =>
    tracker().note(
      {
        ...stateOf(stoppedEvent({ stopCode: 'EssentialContainerExited' })),
        ...setup,
        containers: [{ name: 'database-setup', exitCode }],
      },
      '1.8.0',
    );
  assert.deepEqual(
    [end(0), end(1)].map(([, exited]) => exited?.type === 'exited' && [exited.service, exited.expected]),
    [
      ['database-setup', true],
      ['database-setup', false],
    ],
  );
});

test('other tasks of the cluster are no part of the data', () => {
  const events = tracker();
  for (const name of ['storefront-load', 'storefront-control', 'other-web-api', 'storefront-worker'])
    assert.deepEqual(events.note({ ...RUNNING, group: `service:${name}` }, ''), []);
});

test('a message that is no state of a task is none', () => {
  const { detail } = taskStateEvent();
  for (const text of ['', 'null', '{}', JSON.stringify({ 'detail-type': 'ECS Service Action', detail })])
    assert.equal(readTaskState(text), undefined);
});
