/** What makes a label 1, in the words of a dataset's card; `Labeller` is where it is done. */
export const LABEL_RULE =
  'An event is positive (label 1) by what was done to the stack and when it showed, never by what the event looks like. ' +
  'A trace is positive as a whole, with its log lines: where it began between the onset and the end of a fault’s impact, touches an ' +
  'affected service and, where routes are named, is about one of them. An event without a trace is positive where it lies in between ' +
  'and is of an affected service. Changes themselves are never positive: they are what was done, not what came of it. The onset is ' +
  'measured (the fault’s own metric leaves all that was seen before), the end is when the change was taken back or passed. An event outside ' +
  'of all cases has no row.';
