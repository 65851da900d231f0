/**
 * Loaded before Firebreak with `node --import legs-preload.ts?<file>`: writes down there when requests come in, are
 * answered and go out, and each statement to a database. Nothing of the program itself is changed.
 */
import { appendFileSync } from 'node:fs';
import { Server, ServerResponse } from 'node:http';
import pg from 'pg';

type Method = (this: unknown, ...given: unknown[]) => unknown;
const FLUSH_MS = 100;

const lines: string[] = [];
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
setInterval(() => {
  if (lines.length > 0) appendFileSync(file, `${lines.splice(0).join('\n')}\n`);
}, FLUSH_MS).unref();

/** Milliseconds of the epoch with fractions, which another process of this machine can compare. */
const time = (): number => performance.timeOrigin + performance.now();

function note(leg: string, began: number, ended: number): void {
  lines.push(JSON.stringify({ leg, began, ended }));
}

function wrap(
  owner: object,
  key: string,
  around: (self: unknown, given: unknown[], go: () => unknown) => unknown,
): void {
  const original: unknown = Reflect.get(owner, key);
  if (typeof original !== 'function') throw new Error(`There is no ${key} to be wrapped.`);
  const method: Method = function (...given) {
    return around(this, given, () => Reflect.apply(original, this, given));
  };
  Reflect.set(owner, key, method);
}

wrap(Server.prototype, 'emit', (_self, [event, request], go) => {
  const url: unknown =
    event === 'request' && typeof request === 'object' && request !== null
      ? Reflect.get(request, 'url')
      : null;
  if (typeof url === 'string' && url.startsWith('/alerts/')) note('request', time(), time());
  return go();
});

wrap(ServerResponse.prototype, 'end', (self, _given, go) => {
  if (self instanceof ServerResponse && self.req.url?.startsWith('/alerts/') === true)
    note('answer', time(), time());
  return go();
});

wrap(globalThis, 'fetch', (_self, [target], go) => {
  const began = time();
  const name = `call ${String(target).replace(/^.*\//, '')}`;
  note(`${name} begins`, began, began);
  return go();
});

wrap(pg.Client.prototype, 'query', (_self, [first], go) => {
  const text: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'text') : first;
  const began = time();
  const going = go();
  const leg = String(text).replaceAll(/\s+/g, ' ').trim().slice(0, 90);
  if (going instanceof Promise) {
    void going.then(
      () => note(leg, began, time()),
      () => undefined,
    );
  } else note(leg, began, time());
  return going;
});
