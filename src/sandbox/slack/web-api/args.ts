import { isJsonObject, type JsonObject, parseJson } from '../json.ts';
import { ApiError } from './api-error.ts';

/** The arguments of one Web API call. Form bodies carry JSON as text; JSON bodies carry it as it is. */
export class Args {
  readonly #values: JsonObject;

  constructor(values: JsonObject) {
    this.#values = values;
  }

  /** All arguments as received. */
  get values(): JsonObject {
    return this.#values;
  }

  /** A text argument; undefined when absent or empty. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** A text argument that must be there; the error is Slack's `invalid_arguments` unless another is given. */
  required(name: string, error = 'invalid_arguments'): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    if (error !== 'invalid_arguments') throw new ApiError(error);
    throw new ApiError(error, {
      response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
    });
  }

  /** A yes/no argument; absent is no. */
  flag(name: string): boolean {
    return ['true', '1'].includes(this.text(name) ?? '');
  }

  /** A number; undefined when absent, `invalid_arguments` when it is none. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new ApiError('invalid_arguments', {
      response_metadata: { messages: [`[ERROR] must be a number [json-pointer:/${name}]`] },
    });
  }

  /** A JSON argument; undefined when absent, the given error when it does not parse. */
  json(name: string, error = 'invalid_json'): unknown {
    const value = this.#values[name];
    if (typeof value !== 'string') return value;
    if (value === '') return undefined;
    const parsed = parseJson(value);
    if (parsed === undefined) throw new ApiError(error);
    return parsed;
  }

  /** A JSON argument that must be an object. */
  object(name: string, error = 'invalid_arguments'): JsonObject | undefined {
    const value = this.json(name, error);
    if (value === undefined || isJsonObject(value)) return value;
    throw new ApiError(error);
  }

  /** A list of identifiers, written with commas or as JSON. */
  list(name: string): string[] {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.map(String);
    const text = this.text(name);
    return text === undefined ? [] : text.split(',').map((item) => item.trim());
  }
}
