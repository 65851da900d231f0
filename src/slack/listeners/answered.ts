import type { Said } from '../blocks/said.ts';
import { say } from './say.ts';

/** An answer, and whether everybody may read it where it was asked. */
export interface Answered {
  readonly said: Said;
  readonly public: boolean;
  /** What is told as soon as it is there, after the answer, which does not wait for it; null when it came to nothing. */
  readonly afterwards?: () => Promise<Said | null>;
}

/** What concerns the asker only: a refusal, or a question back. */
export function privately(sentence: string): Answered {
  return { said: say(sentence), public: false };
}

/** What is of use to everybody in the thread. */
export function openly(said: Said): Answered {
  return { said, public: true };
}
