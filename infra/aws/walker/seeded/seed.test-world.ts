/** Something wrong, put into a stack in which nothing is. */
export interface Seed {
  /** Of which resources: `BucketPolicy`, as at the end of a type. */
  readonly kind: string;
  /** Inputs that are put over the good ones; `undefined` leaves the resources out. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** What else is put over the resource. */
  readonly also?: Readonly<Record<string, unknown>>;
  /** `rule: part of the reason`: each is found once, and nothing else is. */
  readonly finds: readonly string[];
}

/** By what is wrong, in words. */
export type Seeds = Readonly<Record<string, Seed>>;
