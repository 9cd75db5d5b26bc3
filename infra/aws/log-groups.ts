import * as aws from '@pulumi/aws';
import { named, type Place } from './place.ts';

/** Log groups of what is not observed: its lines are for whoever operates the stack, and no part of the data. */
export class LogGroups {
  readonly #place: Place;
  readonly #key: aws.kms.Key;
  readonly #made = new Map<string, aws.cloudwatch.LogGroup>();

  constructor(place: Place, key: aws.kms.Key) {
    this.#place = place;
    this.#key = key;
  }

  /** `/<prefix>/<what>`, made when it is first asked for. */
  of(what: string): aws.cloudwatch.LogGroup {
    const { settings, options } = this.#place;
    const group =
      this.#made.get(what) ??
      new aws.cloudwatch.LogGroup(
        named(this.#place, `${what}-logs`),
        {
          name: `/${settings.prefix}/${what}`,
          retentionInDays: settings.logDays,
          kmsKeyId: this.#key.arn,
        },
        options,
      );
    this.#made.set(what, group);
    return group;
  }
}
