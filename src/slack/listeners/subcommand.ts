import type { Person } from '../../domain/actor.ts';
import type { Answered } from './answered.ts';
import type { ListenerContext } from './context.ts';

/** What those listeners work with that answer typed words. */
export interface TypingContext extends ListenerContext {
  readonly subcommands: Subcommands;
}

/** By name, in the order of the help. */
export type Subcommands = ReadonlyMap<string, Subcommand>;

/** Where something was typed. */
export interface Place {
  readonly channel: string | null;
  /** Timestamp of the parent of the thread, or null. */
  readonly thread: string | null;
}

/** What somebody typed after the subcommand's name, in the slash command or in a mention. */
export interface Typed {
  readonly context: TypingContext;
  readonly by: Person;
  readonly words: readonly string[];
  readonly place: Place;
  /** To be called when what is asked for is durable; a second time does nothing. */
  readonly acknowledge: () => Promise<void>;
}

/** One word after /db-triage. Adding one is adding a file to commands/ that exports `subcommand`, and its test. */
export interface Subcommand {
  /** The word, which is the name of its file. */
  readonly name: string;
  /** What may follow it, such as `[database]`; empty for nothing. */
  readonly usage: string;
  /** One sentence for the help. */
  readonly summary: string;
  /** Its place in the help, from 1. */
  readonly order: number;
  /** Whether it only reads, and is acknowledged at once. */
  readonly reads: boolean;
  answer(typed: Typed): Promise<Answered>;
}
