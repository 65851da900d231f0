import { cross } from '../crossing.ts';

/** By then a request to this machine has left the process. */
const SENT_MS = 200;

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Puts a function in front of a method; it gets the method itself, bound to the same object, as `go`. */
export function wrap(
  owner: object,
  key: string,
  around: (self: unknown, given: unknown[], go: (...given: unknown[]) => unknown) => unknown,
): void {
  const original: unknown = Reflect.get(owner, key);
  if (typeof original !== 'function') throw new Error(`There is no ${key} to be wrapped.`);
  const method: Method = function (...given) {
    return around(this, given, (...passed) => Reflect.apply(original, this, passed) as unknown);
  };
  Reflect.set(owner, key, method);
}

/** Crosses before the call, and after it when its promise is fulfilled or its callback is called without an error. */
export function crossing(name: string, given: unknown[], go: (...given: unknown[]) => unknown): unknown {
  cross(name, 'before');
  const callback = given.at(-1);
  if (typeof callback === 'function') {
    const heard = (error: unknown, ...answer: unknown[]) => {
      if (error === null || error === undefined) cross(name, 'after');
      return Reflect.apply(callback, undefined, [error, ...answer]) as unknown;
    };
    return go(...given.slice(0, -1), heard);
  }
  const going = go(...given);
  if (!(going instanceof Promise)) return going;
  setTimeout(() => cross(name, 'during'), SENT_MS).unref();
  return going.then((answer: unknown) => {
    cross(name, 'after');
    return answer;
  });
}
