import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { reasonOf, storefrontError } from '../chassis/errors.ts';

const sessionSeconds = 30 * 60;

export interface Session {
  user_id: number;
  username: string;
}

// The store knows a token's digest alone: who reads the store cannot use what is there.
const keyOf = (token: string) => `session:${createHash('sha256').update(token).digest('hex')}`;

/** Sessions in redis; each ends 30 minutes after its login. */
export class Sessions {
  readonly #redis: Redis;

  constructor({ redis }: { redis: Redis }) {
    this.#redis = redis;
  }

  /** Opens a session and returns its token. @throws SESSIONS_UNAVAILABLE */
  async open(session: Session): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.#ask(() => this.#redis.set(keyOf(token), JSON.stringify(session), 'EX', sessionSeconds));
    return token;
  }

  /** The session of a token, if there is one. @throws SESSIONS_UNAVAILABLE */
  async find(token: string): Promise<Session | undefined> {
    const text = await this.#ask(() => this.#redis.get(keyOf(token)));
    return text === null ? undefined : (JSON.parse(text) as Session);
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw storefrontError('SESSIONS_UNAVAILABLE', [reasonOf(error)], { cause: error });
    }
  }
}
