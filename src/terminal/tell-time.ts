import { clockFace } from '../words/clock-face.ts';

/** A moment as the clock of this screen shows it. */
export type TellTime = (iso: string) => string;

/** Times of day in one zone, with its name: `14:31:02 KST`. Another day stands in front; what is no time stays as it is. */
export function tellTimeIn(timeZone: string, now: () => Date): TellTime {
  const clock = clockFace(timeZone, () => now().toISOString());
  return (iso) => (Number.isNaN(Date.parse(iso)) ? iso : clock.zoned(iso));
}
