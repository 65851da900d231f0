import { safeText } from './safe-text.ts';

/** Cuts a text to at most `max` characters without splitting a character; `…` marks a cut. Never empty. */
export function clip(value: string, max: number): string {
  const clean = safeText(value);
  const shown = clean.length <= max ? clean : `${cut(clean, max - 1)}…`;
  return shown.trim() === '' ? '–' : shown;
}

/** Cuts a long text and says how much is missing. The result has at most `max` characters. Never empty. */
function clipHonestly(value: string, max: number): string {
  const clean = safeText(value);
  if (clean.length <= max) return clip(clean, max);
  const note = (left: number): string => `\n… ${left.toLocaleString('en')} more characters`;
  const room = max - note(clean.length).length;
  if (room <= 0) return clip(clean, max);
  const kept = cut(clean, room);
  return kept + note(clean.length - kept.length);
}

function cut(value: string, length: number): string {
  const end = value.charCodeAt(length - 1);
  const splitsPair = end >= 0xd800 && end <= 0xdbff;
  return value.slice(0, splitsPair ? length - 1 : length);
}

/** Spends characters of text over the parts of one message. */
export interface Budget {
  /** Cuts a text to what is left, and to `max`, and spends it. */
  take(value: string, max: number): string;
  /** Spends characters that are shown in any case. */
  spend(characters: number): void;
  /** How many characters are left. */
  left(): number;
}

/**
 * The characters that one message may spend on texts. Slack refuses a message with `msg_blocks_too_long` at an
 * undocumented sum between 11,000 and 13,000 (bolt-js#2509); the rest is for titles, labels and buttons.
 */
const MESSAGE_BUDGET = 8500;

/** A budget of one message. */
export function createBudget(characters: number = MESSAGE_BUDGET): Budget {
  let left = characters;
  return {
    take(value, max) {
      const shown = clipHonestly(value, Math.max(1, Math.min(max, left)));
      left = Math.max(0, left - shown.length);
      return shown;
    },
    spend(count) {
      left = Math.max(0, left - count);
    },
    left: () => left,
  };
}
