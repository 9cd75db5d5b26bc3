import { holds, like } from './conditions.ts';
import type { PolicyDocument, Principal, Statement } from './document.ts';

/** A call as AWS sees it when it looks whether it is allowed. */
export interface Request {
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Who calls: ARN of a role, or name of a service. Without one, only statements for everybody are of a resource's policy. */
  readonly principal?: string;
  /** Condition keys of the request: what is not said is absent. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** The statements that decided: those that deny, else those that allow; none where nothing allows. */
  readonly by: readonly Statement[];
}

/**
 * What AWS decides within one account (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html):
 * a statement that denies wins, one that allows is needed. Knows what the policies of this stack use, and throws for what it
 * does not know.
 */
export function decide(documents: readonly PolicyDocument[], request: Request): Decision {
  const fitting = documents.flatMap(({ Statement }) => Statement).filter((one) => fits(one, request));
  const denying = fitting.filter(({ Effect }) => Effect === 'Deny');
  if (denying.length > 0) return { allowed: false, by: denying };
  return { allowed: fitting.length > 0, by: fitting };
}

const fits = (statement: Statement, { action, resource, principal, context = {} }: Request): boolean =>
  isMeant(statement.Principal, principal) &&
  // Names of actions are the same in upper and lower case.
  statement.Action.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
  // A trust policy has no resource: it is the role's own.
  (statement.Resource ?? ['*']).some((pattern) => like(pattern, resource)) &&
  Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds({ operator, values, actual: context[key] })),
  );

function isMeant(meant: Principal | undefined, actual: string | undefined): boolean {
  if (meant === undefined || meant === '*') return true;
  if ('Service' in meant) return meant.Service === actual;
  if (meant.AWS === '*' || meant.AWS === actual) return true;
  const [, account] = /^arn:[^:]*:iam::(\d+):root$/.exec(meant.AWS) ?? [];
  return account !== undefined && actual?.split(':')[4] === account;
}
