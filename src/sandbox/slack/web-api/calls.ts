import type { JsonObject } from '../json.ts';

/** A Web API call as it was received, without its token. */
export interface LoggedCall {
  /** Milliseconds of the epoch. */
  at: number;
  method: string;
  ok: boolean;
  error?: string;
  args: JsonObject;
}

const KEPT = 2000;

/** The latest Web API calls, oldest first. */
export class Calls {
  readonly #log: LoggedCall[] = [];

  add(call: LoggedCall): void {
    const { token: _token, ...args } = call.args;
    this.#log.push({ ...call, args });
    if (this.#log.length > KEPT) this.#log.shift();
  }

  list(): readonly LoggedCall[] {
    return this.#log;
  }
}
