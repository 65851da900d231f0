/** A moment as the clock of this screen shows it. */
export type TellTime = (iso: string) => string;

/** Times of day in one zone, with its name: `14:31:02 KST`. Another day stands in front. */
export function tellTimeIn(timeZone: string, now: () => Date): TellTime {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  return (iso) => {
    const at = new Date(iso);
    if (Number.isNaN(at.getTime())) return iso;
    const date = day.format(at);
    return `${date === day.format(now()) ? '' : `${date} `}${clock.format(at)}`;
  };
}
