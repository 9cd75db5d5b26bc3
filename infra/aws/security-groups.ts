import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { edges, type Party, parties } from './edges.ts';
import type { Network } from './network.ts';
import { named, type Place } from './place.ts';

const HTTPS = 443;
/** What runs in containers gets its image, secrets and logs over the endpoints; the others ask for nothing. */
const WITHOUT_ENDPOINTS: readonly Party[] = ['postgres', 'cache', 'queue', 'load-balancer'];

interface Connection {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

export class SecurityGroups {
  readonly #place: Place;
  readonly #network: Network;
  readonly #rules: pulumi.Resource[] = [];
  readonly #groups = new Map<string, aws.ec2.SecurityGroup>();

  /** One for each party; a rule names another group, never an address. */
  constructor(place: Place, network: Network) {
    this.#place = place;
    this.#network = network;
    for (const party of [...parties(), 'endpoints']) this.make(party);
    for (const edge of edges()) this.connect(edge);
    for (const party of parties())
      if (!WITHOUT_ENDPOINTS.includes(party)) this.connect({ from: party, to: 'endpoints', port: HTTPS });
  }

  of(party: string): pulumi.Output<string> {
    const group = this.#groups.get(party);
    if (group === undefined) throw new TypeError(`${party} has no security group`);
    return group.id;
  }

  /** A group without rules. */
  make(what: string): aws.ec2.SecurityGroup {
    const name = named(this.#place, what);
    const group = new aws.ec2.SecurityGroup(
      name,
      { name, description: `${what} of ${this.#place.settings.prefix}`, vpcId: this.#network.vpc.id },
      this.#place.options,
    );
    this.#groups.set(what, group);
    return group;
  }

  /** A connection has two ends: the one may begin it, the other may take it. */
  connect({ from, to, port }: Connection): void {
    const name = named(this.#place, `${from}-to-${to}-${port}`);
    const rule = { ipProtocol: 'tcp', fromPort: port, toPort: port, description: `${from} to ${to}` };
    const [source, target] = [this.of(from), this.of(to)];
    this.#rules.push(
      new aws.vpc.SecurityGroupEgressRule(
        name,
        { ...rule, securityGroupId: source, referencedSecurityGroupId: target },
        this.#place.options,
      ),
      new aws.vpc.SecurityGroupIngressRule(
        name,
        { ...rule, securityGroupId: target, referencedSecurityGroupId: source },
        this.#place.options,
      ),
    );
  }

  /** All rules so far: what runs must wait for them. */
  get rules(): readonly pulumi.Resource[] {
    return this.#rules;
  }

  /** S3 has no group: what goes to its gateway endpoint is let out by the list of its addresses. */
  allowS3(prefixListId: pulumi.Input<string>): void {
    for (const party of parties()) {
      if (WITHOUT_ENDPOINTS.includes(party)) continue;
      this.#rules.push(
        new aws.vpc.SecurityGroupEgressRule(
          named(this.#place, `${party}-to-s3`),
          {
            ...{ ipProtocol: 'tcp', fromPort: HTTPS, toPort: HTTPS, description: `${party} to S3` },
            ...{ securityGroupId: this.of(party), prefixListId },
          },
          this.#place.options,
        ),
      );
    }
  }
}
