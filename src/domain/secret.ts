import { inspect } from 'node:util';

/** A secret that can change while Firebreak runs, such as a file that is mounted anew. */
export interface ChangingSecret {
  /** What holds now. */
  current(): string;
  /** What is taken from others now: the present value, and for a while the one before. */
  accepted(): readonly string[];
}

/** A secret that no log, error, journal entry or inspection shows. */
export class Secret {
  readonly #value: ChangingSecret;

  constructor(value: string | ChangingSecret) {
    this.#value = typeof value === 'string' ? { current: () => value, accepted: () => [value] } : value;
  }

  /** The secret itself, as it is now; call it only where it goes onto the wire, each time anew. */
  reveal(): string {
    return this.#value.current();
  }

  /** What proves a sender: the secret, and for a while after a change the one before. */
  accepted(): readonly string[] {
    return this.#value.accepted();
  }

  /** The same secret in another form; it changes with this one. */
  map(change: (text: string) => string): Secret {
    const value = this.#value;
    return new Secret({
      current: () => change(value.current()),
      accepted: () => value.accepted().map((text) => change(text)),
    });
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [inspect.custom](): string {
    return '<secret>';
  }
}
