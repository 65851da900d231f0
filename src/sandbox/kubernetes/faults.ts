import { isObject } from './objects.ts';

/** A planned failure of the next matching requests. */
export interface Fault {
  path: RegExp;
  method: string | undefined;
  status: number | undefined;
  body: string | object;
  headers: Record<string, string>;
  delayMs: number;
  /** Cuts the connection instead of answering. */
  drop: boolean;
  times: number;
}

/** The failures that a test has asked for, first come first served. */
export class Faults {
  #faults: Fault[] = [];

  /** Adds a fault from the body of POST /_sandbox/faults. Throws for a body or pattern that cannot be used. */
  add(value: unknown): void {
    if (!isObject(value))
      throw new Error(
        'A fault is a JSON object with path, method, status, body, headers, times, delayMs, drop.',
      );
    const { path, method, status, body, headers, times, delayMs, drop } = value;
    this.#faults.push({
      path: new RegExp(typeof path === 'string' ? path : ''),
      method: typeof method === 'string' ? method.toUpperCase() : undefined,
      status: typeof status === 'number' ? status : undefined,
      body: typeof body === 'string' || isObject(body) ? body : '',
      headers: isObject(headers)
        ? Object.fromEntries(Object.entries(headers).map(([key, text]) => [key, String(text)]))
        : {},
      delayMs: typeof delayMs === 'number' ? delayMs : 0,
      drop: drop === true,
      times: typeof times === 'number' ? times : 1,
    });
  }

  /** Takes the fault of a request, if there is one; it is used up after `times` requests. */
  take(method: string, url: string): Fault | undefined {
    const fault = this.#faults.find(
      (candidate) =>
        candidate.path.test(url) && (candidate.method ?? method) === method && candidate.times > 0,
    );
    if (fault !== undefined) fault.times -= 1;
    this.#faults = this.#faults.filter(({ times }) => times > 0);
    return fault;
  }

  clear(): void {
    this.#faults = [];
  }

  get pending(): number {
    return this.#faults.reduce((sum, { times }) => sum + times, 0);
  }
}
