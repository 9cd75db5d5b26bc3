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

const LATER = '2020-01-23T18:10:09.000Z';
const CRASHED = stoppedEvent({ stopCode: 'EssentialContainerExited', container: { exitCode: 70 } });
const another = (taskArn: string): TaskState => ({ ...RUNNING, taskArn, startedAt: LATER });
const told = (all: ReturnType<TaskEvents['note']>[]) =>
  all.flat().map(({ type, replica }) => `${type} ${replica}`);

test('an exit is told when the task is taken down, before what replaces it runs, and once', () => {
  const events = tracker();
  const stopped = stateOf(CRASHED);
  const { stoppedAt: _, ...deprovisioning }: TaskState = { ...stopped, version: 5 };
  const all = [
    events.note(RUNNING, '1.8.0'),
    events.note({ ...deprovisioning, lastStatus: 'DEPROVISIONING' }, '1.8.0'),
    events.note(another('another'), '1.8.0'),
    events.note(stopped, '1.8.0'),
  ];
  assert.deepEqual(told(all), ['started 1', 'exited 1', 'restarted 1']);
  assert.equal(all[1]?.[0]?.time, ENDED_MS);
});

test('a state without the code is no exit yet', () => {
  const events = tracker();
  const state: TaskState = { ...stateOf(CRASHED), version: 5, lastStatus: 'DEPROVISIONING' };
  const all = [
    events.note({ ...state, containers: [{ name: 'web-api' }] }, '1.8.0'),
    events.note({ ...state, version: 6 }, '1.8.0'),
  ];
  assert.deepEqual(told(all), ['started 1', 'exited 1']);
});

test('a crash that is told after what replaces it makes no restart of the next deployment', () => {
  const events = tracker();
  const all = [
    events.note(RUNNING, '1.8.0'),
    events.note(another('replacement'), '1.8.0'),
    events.note(stateOf(CRASHED), '1.8.0'),
    events.note(another('of a deployment'), '1.8.0'),
  ];
  assert.deepEqual(told(all), ['started 1', 'started 2', 'exited 1', 'started 1']);
});

test('a start takes the place of a crashed replica, whichever is free besides', () => {
  const events = tracker();
  const second = { ...RUNNING, taskArn: 'second' };
  const end = stateOf(stoppedEvent({ stopCode: 'UserInitiated', container: { exitCode: 0 } }));
  const all = [
    events.note(RUNNING, '1.8.0'),
    events.note(second, '1.8.0'),
    events.note({ ...stateOf(CRASHED), taskArn: 'second' }, '1.8.0'),
    events.note(end, '1.8.0'),
    events.note(another('next'), '1.8.0'),
    events.note(another('last'), '1.8.0'),
  ];
  assert.deepEqual(told(all), [
    ...['started 1', 'started 2', 'exited 2', 'exited 1', 'restarted 2', 'started 1'],
  ]);
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
