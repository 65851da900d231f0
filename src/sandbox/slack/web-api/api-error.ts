import type { JsonObject } from '../json.ts';

/** A refusal of the Web API: HTTP 200 with `{ok: false, error}` and perhaps more members. */
export class ApiError extends Error {
  readonly code: string;
  readonly extra: JsonObject;

  constructor(code: string, extra: JsonObject = {}) {
    super(`The Web API answers ${code}.`);
    this.name = 'ApiError';
    this.code = code;
    this.extra = extra;
  }
}
