/** An IAM policy document as AWS takes it (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Of policies that hang on a resource. */
  readonly Principal?: Principal;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Condition;
}

export type Principal = '*' | { readonly AWS: string } | { readonly Service: string };

/** Operator → condition key → values, any of which will do. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** One permission, and what it is for: IAM has no place for a reason, the table of policies has. */
export interface Grant {
  /** Letters and digits; unique within its role. */
  readonly sid: string;
  readonly why: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: Condition;
}

export const documentOf = (statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

export const allow = ({ sid, actions, resources, condition }: Grant): Statement => ({
  ...{ Sid: sid, Effect: 'Allow', Action: actions, Resource: resources },
  ...(condition && { Condition: condition }),
});
