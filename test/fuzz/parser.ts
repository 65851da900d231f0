import type fc from 'fast-check';

/** One parser of what strangers, files or people give us, and how it is tried. */
export interface Parser<Input> {
  /** How the command line calls it. */
  readonly name: string;
  /** Inputs of a thousand that it gets in a long run: a quick parser gets more. */
  readonly share: number;
  /** Prepares what all inputs have in common. */
  open(): Promise<Trial<Input>>;
}

export interface Trial<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  /** Whether the parser took it. Throws when it crashed, or took what it should not have. */
  check(input: Input): boolean | Promise<boolean>;
  close?(): Promise<void>;
}

/** Takes a parser as it is; the type of its inputs follows from it. */
export function defineParser<Input>(parser: Parser<Input>): Parser<Input> {
  return parser;
}

/** Fails the trial with a sentence. */
export function demand(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}
