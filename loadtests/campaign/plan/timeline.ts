import type { Plan } from './plan.ts';

/** What a column of the timeline stands for, the stronger before the weaker. */
export const TIMELINE_MARKS = {
  '#': 'a fault holds',
  '=': 'a benign change holds',
  '-': 'its baseline, or its cooldown',
  '.': 'traffic alone',
} as const;
type Mark = keyof typeof TIMELINE_MARKS;

/** The run in one line of ASCII; each column shows the strongest of what falls into it. */
export function timeline({ duration_ms, cases }: Plan, width = 96): string {
  const marks: Mark[] = new Array(width).fill('.');
  const strength = Object.keys(TIMELINE_MARKS);
  const column = (ms: number) => Math.min(width - 1, Math.floor((ms / duration_ms) * width));
  for (const { truth, phases } of cases) {
    const draw = (mark: Mark, from: number, to: number) => {
      for (let at = column(from); at <= column(to - 1); at++)
        if (strength.indexOf(mark) < strength.indexOf(marks[at] ?? '.')) marks[at] = mark;
    };
    draw('-', phases.baseline.start_ms, phases.cooldown.end_ms);
    draw(truth === 'fault' ? '#' : '=', phases.change.start_ms, phases.revert.end_ms);
  }
  return marks.join('');
}
