import type { Arns, RoleName } from '../arns.ts';
import type { Request } from '../evaluate.ts';

/** A call of an AWS API that is made in the name of a role. */
export interface Call {
  readonly role: RoleName;
  /** `S3 GetObject` */
  readonly api: string;
  /** What it is called on, in short: `raw/parts/`. */
  readonly on: string;
  /** `recorded` by a test that runs the code; else AWS makes it, or asks for it, and says so at this address. */
  readonly known: 'recorded' | `https://${string}`;
  /** What IAM is asked for it, on an example of what it is called on. */
  readonly requests: (at: Arns) => readonly Request[];
}
