/** What may not be in a service, unless the list of what is allowed has it. */
export type Kind =
  | 'timer'
  | 'blocking wait'
  | 'sleep'
  | 'delayed job'
  | 'loop on the clock'
  | 'code from text'
  | 'random number'
  | 'random outcome'
  | 'clock as dice';

export interface Finding {
  readonly kind: Kind;
  /** What it is: `setTimeout`, `Math.random`, … */
  readonly what: string;
  /** Function that it is in; `module` outside of every one. */
  readonly within: string;
  readonly line: number;
}
