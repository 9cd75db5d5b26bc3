import { errors } from '../errors.ts';

/** Makes a default export whose missing members say that they are missing, instead of "is not a function". */
export function closed<T extends object>(module: string, members: T): T {
  return new Proxy(members, {
    get(target, key, receiver) {
      // `then` and symbols are what the runtime itself asks of any object.
      if (typeof key === 'string' && key !== 'then' && !(key in target)) {
        throw errors.unsupportedCall(`${module}: ${key}`);
      }
      return Reflect.get(target, key, receiver);
    },
  });
}
