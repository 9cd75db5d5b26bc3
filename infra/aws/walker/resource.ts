/** A resource of a Pulumi program as its mocks saw it. */
export interface Resource {
  /** `aws:s3/bucket:Bucket` */
  readonly type: string;
  /** In the program. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are secret as a whole. */
  readonly secret?: readonly string[];
  /** As the mocks gave it out; `<name>-id` where it is not said. */
  readonly id?: string;
  /** The provider that makes it: `<urn>::<id>`. */
  readonly provider?: string;
  /** Options of the program, where they were watched. */
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** The stack as a whole, and what its deployer has allowed. */
export interface Walk {
  readonly resources: readonly Resource[];
  /** Names of resources that may outlive the stack. */
  readonly protect: readonly string[];
  /** Networks (CIDR) from outside that may reach the load balancer. */
  readonly ingress: readonly string[];
}

/** One thing that must hold for every resource of some types. */
export interface Rule {
  readonly name: string;
  /** What must hold, for the page of rules. */
  readonly must: string;
  readonly types: readonly string[];
  /** What is wrong, if anything. */
  readonly wrong: (resource: Resource, walk: Walk) => readonly string[];
}

export interface Finding {
  readonly rule: string;
  /** `<type> <name>` */
  readonly resource: string;
  readonly why: string;
}

/** The resources of a type whose input `key` names this one. */
export const belongingTo = (
  { resources }: Walk,
  type: string,
  key: string,
  owner: Resource,
): readonly Resource[] => resources.filter((one) => one.type === type && isNamedBy(owner, one.inputs[key]));

/** By its id, or by the name that it has in AWS: of a bucket, both are the same there. */
const isNamedBy = ({ id, name, inputs }: Resource, reference: unknown): boolean =>
  reference !== undefined && [id ?? `${name}-id`, inputs.bucket, inputs.name].includes(reference);

/** An input that is an object, by its path; undefined where anything on the way is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) found = (found as Record<string | number, unknown> | null | undefined)?.[key];
  return found;
}

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** A finding, unless something holds. */
export const unless = (holds: boolean, why: string): readonly string[] => (holds ? [] : [why]);
