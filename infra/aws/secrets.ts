import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { makeSecrets } from '../secrets.ts';
import type { Secrets } from '../target.ts';
import { named, type Place } from './place.ts';

/** A secret in Secrets Manager that is a JSON object of texts. */
export interface StoredSecret {
  readonly arn: pulumi.Output<string>;
  /** What ECS calls one of its texts; of this very version, so that another one is another task definition. */
  readonly valueFrom: (key: string) => pulumi.Output<string>;
}

export class SecretStore {
  readonly #place: Place;
  readonly #key: aws.kms.Key;
  readonly #made: StoredSecret[] = [];
  /** Those of the stack: made with it, and the same from then on; where they are kept is the stack's state, encrypted. */
  readonly secrets: pulumi.Output<Secrets>;
  /** As they are stored: for what gets one of them as it is. */
  readonly own: StoredSecret;

  constructor(place: Place, key: aws.kms.Key) {
    this.#place = place;
    this.#key = key;
    const { stored, version } = this.#store('stack', pulumi.secret(JSON.stringify(makeSecrets())), {
      ignoreChanges: ['secretString'],
    });
    this.own = stored;
    this.secrets = pulumi.secret(version.secretString.apply((text) => JSON.parse(text ?? '{}') as Secrets));
  }

  /** @param texts by the name that a container gets them under */
  add(what: string, texts: pulumi.Output<Readonly<Record<string, string>>>): StoredSecret {
    return this.#store(what, pulumi.secret(texts.apply((all) => JSON.stringify(all)))).stored;
  }

  /** ARNs of all that was stored so far. */
  arns(): pulumi.Output<string[]> {
    return pulumi.all(this.#made.map(({ arn }) => arn));
  }

  #store(what: string, secretString: pulumi.Output<string>, more: pulumi.CustomResourceOptions = {}) {
    const name = named(this.#place, what);
    const { options, settings } = this.#place;
    const secret = new aws.secretsmanager.Secret(
      name,
      { name: `${settings.prefix}/${what}`, kmsKeyId: this.#key.arn, recoveryWindowInDays: 0 },
      options,
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString },
      { ...options, ...more },
    );
    const stored: StoredSecret = {
      arn: secret.arn,
      valueFrom: (key) => pulumi.interpolate`${secret.arn}:${key}::${version.versionId}`,
    };
    this.#made.push(stored);
    return { stored, version };
  }
}
