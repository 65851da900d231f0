import type { JsonObject } from '../json.ts';

/** So many clicks can be replayed; older ones are forgotten. */
const MOST_KEPT = 500;

/** The payloads of the last clicks, to deliver one of them again. */
export class Clicks {
  readonly #kept = new Map<string, JsonObject>();
  #count = 0;

  /** Keeps a payload; answers the name by which it is found. */
  keep(payload: JsonObject): string {
    this.#count += 1;
    const name = String(this.#count);
    this.#kept.set(name, structuredClone(payload));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return name;
  }

  find(name: string): JsonObject | undefined {
    return this.#kept.get(name);
  }
}
