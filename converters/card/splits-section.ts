import { SPLIT_NAMES } from '../split/split.ts';
import { NORMAL_FILE, SPLITS_FILE } from '../split/splits.ts';
import { type About, hasLabels, isForeign } from './about.ts';
import { lasting, table, utc } from './markdown.ts';

/** How rows come to a part, and why it is not by row. */
const RULE =
  'A row belongs to the part in which its `time` lies, and in a gap to none. Parts are blocks of time, never rows drawn at random: neighbouring rows are of the same requests, so that a model would be tested on what it was trained on.';

/** The card's words on training, validation and test. */
export function splitsSection(about: About): string {
  const { splits } = about;
  if (!splits)
    return isForeign(about)
      ? 'None: nobody knows where it may be cut. Cut it by time, with a gap, and never by row.'
      : 'None: the run is too short for three blocks with gaps, or was ended early. Use whole runs: train on one, test on another of another seed.';
  const rows = SPLIT_NAMES.map((name) => {
    const { start_ms, end_ms } = splits.splits[name];
    return [name, start_ms, end_ms, utc(start_ms), lasting(end_ms - start_ms)];
  });
  const kept = hasLabels(about)
    ? 'no trace reaches over one, and no change with its effect is cut by one'
    : 'and no trace reaches over one';
  return `${RULE} The gap is ${splits.gap_ms / 1000} s: a feature may look so far back, ${kept}. \`${SPLITS_FILE}\` says the same to programs. With several runs, whole runs are better still.

${table(['part', 'from (epoch ms)', 'to before', 'from (UTC)', 'length'], rows)}

${hasLabels(about) ? `\`${NORMAL_FILE}\`, a part of the ground truth, has the times of the training block that are without a fault and ${splits.gap_ms / 1000} s apart from one: for training without labels.` : 'There is no ground truth: what was changed in the meantime, and whether a gap cuts it, only those know who changed it.'}`;
}
