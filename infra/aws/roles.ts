import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { arnOf, named, type Place } from './place.ts';
import { type Arns, policyOf, ROLE_NAMES, type RoleName, trustOf } from './policies/index.ts';

type Unresolved<T> = { readonly [Key in keyof T]: pulumi.Input<T[Key]> };

/** What the policies speak of, once all of it is known. */
export const resolved = (arns: Unresolved<Arns>): pulumi.Output<Arns> =>
  pulumi.output(arns) as unknown as pulumi.Output<Arns>;

/** One role a kind of task or function; each may do what its policy says, once {@link Roles.grant} has given it that. */
export class Roles {
  readonly #place: Place;
  readonly #roles: ReadonlyMap<RoleName, aws.iam.Role>;

  constructor(place: Place) {
    this.#place = place;
    const { region } = place.settings;
    const trust = (role: RoleName) =>
      pulumi
        .all([place.account, place.partition])
        .apply(([accountId, partition]) => JSON.stringify(trustOf(role, { accountId, partition, region })));
    this.#roles = new Map(
      ROLE_NAMES.map((role) => {
        const name = named(place, role);
        const args = { name, assumeRolePolicy: trust(role), forceDetachPolicies: true };
        return [role, new aws.iam.Role(name, args, place.options)] as const;
      }),
    );
  }

  arn(role: RoleName): pulumi.Output<string> {
    return this.#of(role).arn;
  }

  /** Known before the role is: for policies that speak of one another's roles. */
  static arnByName(place: Place, role: RoleName): pulumi.Output<string> {
    return pulumi.interpolate`arn:${place.partition}:iam::${place.account}:role/${named(place, role)}`;
  }

  /** The policies; what runs must wait for them. */
  grant(arns: pulumi.Output<Arns>): aws.iam.RolePolicy[] {
    return ROLE_NAMES.map((role) => {
      const policy = arns.apply((at) => JSON.stringify(policyOf(role, at)));
      const name = named(this.#place, role);
      return new aws.iam.RolePolicy(name, { name, role: this.#of(role).id, policy }, this.#place.options);
    });
  }

  #of(role: RoleName): aws.iam.Role {
    const found = this.#roles.get(role);
    if (found === undefined) throw new TypeError(`no role is called ${role}`);
    return found;
  }
}

/** ARN of a queue of the stack, by what it is for. */
export const queueArn = (place: Place, what: string): pulumi.Output<string> =>
  arnOf(place, 'sqs', named(place, what));
