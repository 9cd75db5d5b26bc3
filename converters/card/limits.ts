import { QUALITY_FILE } from '../report/files.ts';
import { type About, hasLabels, isForeign } from './about.ts';

/** What a reader must know before training on it. */
export function limitsOf(about: About): string[] {
  const { forced, time_scale } = about.manifest;
  return [
    ...(forced.length > 0
      ? [`It was published although it failed checks that keep a dataset back: ${forced.join(', ')}.`]
      : []),
    ...(isForeign(about) ? FOREIGN : OWN),
    ...(time_scale > 1
      ? [
          `Time scale ${time_scale}: changes hold ${time_scale} times shorter than in life, and what is listed beside it grew with it. Rates and request times are real.`,
        ]
      : []),
    ...(hasLabels(about) ? LABELLED : []),
    `Spans of a process that was killed without warning are lost as far as it had not sent them; its log lines are kept. Losses are counted, in \`${QUALITY_FILE}\` where the run was judged.`,
  ];
}

const FOREIGN = [
  'Nobody judged it, and there are no labels: what happened to the systems that it is of is not known here.',
  'It is telemetry of somebody’s systems: names, addresses and texts in it are as they were.',
];

const OWN = [
  'One small stack (four services, PostgreSQL, two Redis) on one computer, under synthetic customers: traffic, users and payments are made up, services and stores are real.',
  'Times depend on the computer: the same seed gives the same requests and the same changes, and durations that differ by some per cent.',
  'Changes are the only marks of what was done: no column names a scenario, a fault or the run.',
];

const LABELLED = [
  'A run has faults of a few kinds, once or a few times each, or none: a score on one run says little about other faults.',
  'The gap of a replacement, and the time between a change and its onset, are phases of their own (`rollout`, `before_onset`): say from which you score.',
  'Labels of an event say whether its request or service was affected, not whether the event itself looks unusual.',
];
