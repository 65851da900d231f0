/** Times of one team as people read them. */
export interface ClockFace {
  /** `2024-11-15 14:23 KST`. */
  full(at: string): string;
  /** `14:23:07`; with the date in front when it is another day than the one it is told on. */
  short(at: string): string;
  /** The same with the zone: `14:23:07 KST`. */
  zoned(at: string): string;
}

/**
 * `day` is a moment of the day on which times stand without a date, ISO 8601: the first of an incident, or now.
 * @throws RangeError when the zone is not an IANA name such as `Asia/Seoul`.
 */
export function clockFace(timeZone: string, day: () => string): ClockFace {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  const read = (at: string) => {
    const found = new Map(parts.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
    const get = (type: Intl.DateTimeFormatPartTypes): string => found.get(type) ?? '';
    return {
      date: `${get('year')}-${get('month')}-${get('day')}`,
      minute: `${get('hour')}:${get('minute')}`,
      second: get('second'),
      zone: get('timeZoneName'),
    };
  };
  const short = (at: string) => {
    const { date, minute, second } = read(at);
    return `${date === read(day()).date ? '' : `${date} `}${minute}:${second}`;
  };
  return {
    full(at) {
      const { date, minute, zone } = read(at);
      return `${date} ${minute} ${zone}`;
    },
    short,
    zoned: (at) => `${short(at)} ${read(at).zone}`,
  };
}
