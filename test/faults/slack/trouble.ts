import type { Allowed } from '../world/double-effects.ts';
import type { Play } from './play.ts';

/** Something that is wrong with Slack for a while, and the incident during it. */
export interface Trouble {
  readonly fault: string;
  readonly boundary: string;
  /** What may happen, where that is more than once. */
  readonly allowed?: Allowed;
  /** Plays it to the end; answers how it ended. */
  readonly tell: (play: Play) => Promise<string>;
}
