import { randomBytes } from 'node:crypto';
import type { Secrets } from './target.ts';

/** Secrets of one run: 128 random bits each. They start with a letter, so that no YAML reader takes one for a number. */
export function makeSecrets(): Secrets {
  const secret = () => `s${randomBytes(16).toString('hex')}`;
  return {
    postgresPassword: secret(),
    cachePassword: secret(),
    queuePassword: secret(),
    s3AccessKey: `s${randomBytes(9).toString('hex')}`,
    s3SecretKey: secret(),
    metricsToken: secret(),
    operatorToken: secret(),
    controlToken: secret(),
  };
}
