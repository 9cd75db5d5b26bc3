interface Comparison {
  readonly operator: string;
  /** Any of which will do; for an operator that negates: none of which may. */
  readonly values: readonly string[];
  /** Undefined where the request does not say. */
  readonly actual: string | undefined;
}

type Test = (value: string, actual: string) => boolean;

/** Of the operators that ask whether the request says one of the values. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (value, actual) => value === actual,
  StringLike: (value, actual) => like(value, actual),
  ArnEquals: (value, actual) => arnLike(value, actual),
  ArnLike: (value, actual) => arnLike(value, actual),
  Bool: (value, actual) => value === actual,
  NumericLessThan: (value, actual) => Number(actual) < Number(value),
};
/** Of those that ask whether it says none of them: they also hold where it says nothing. */
const NEGATED: Readonly<Record<string, Test>> = {
  StringNotEquals: (value, actual) => value === actual,
};

/**
 * Whether one comparison of a condition holds
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 * @throws RangeError for an operator that no policy here uses
 */
export function holds({ operator, values, actual }: Comparison): boolean {
  if (operator === 'Null') return values.some((value) => value === String(actual === undefined));
  const negated = NEGATED[operator];
  if (negated) return actual === undefined || !values.some((value) => negated(value, actual));
  const test = TESTS[operator];
  if (!test) throw new RangeError(`no such operator is known here: ${operator}`);
  return actual !== undefined && values.some((value) => test(value, actual));
}

/** `*` is any text, `?` any letter. */
export function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Each of the six fields of an ARN by itself. */
function arnLike(pattern: string, arn: string): boolean {
  const [patterns, fields] = [fieldsOf(pattern), fieldsOf(arn)];
  return patterns.every((one, i) => like(one, fields[i] ?? ''));
}

function fieldsOf(arn: string): string[] {
  const fields = arn.split(':');
  return [...fields.slice(0, 5), fields.slice(5).join(':')];
}
