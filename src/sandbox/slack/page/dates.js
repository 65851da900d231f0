/** Dates and times as Slack writes them, in the time zone of the browser. Times are seconds since 1970. */

const LOCALE = 'en-US';

/** @param {number} seconds @param {Intl.DateTimeFormatOptions} options */
const format = (seconds, options) =>
  new Intl.DateTimeFormat(LOCALE, options).format(new Date(seconds * 1000));

/** @param {number} day */
function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${{ 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th'}`;
}

/** @param {number} seconds */
export const clock = (seconds) => format(seconds, { hour: 'numeric', minute: '2-digit' });

/** Days between today and the given time: 0 today, 1 yesterday, -1 tomorrow. @param {number} seconds */
function daysAgo(seconds) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(Date.now()) - midnight(seconds * 1000)) / 86_400_000);
}

/** @param {number} seconds @param {string} otherwise */
function pretty(seconds, otherwise) {
  return { 0: 'today', 1: 'yesterday', '-1': 'tomorrow' }[daysAgo(seconds)] ?? otherwise;
}

/** The label of a day divider: "Today", "Yesterday" or "Friday, November 15th". @param {number} seconds */
export function dayLabel(seconds) {
  const date = new Date(seconds * 1000);
  const year = date.getFullYear() === new Date().getFullYear() ? '' : `, ${date.getFullYear()}`;
  const words = `${format(seconds, { weekday: 'long' })}, ${format(seconds, { month: 'long' })}`;
  const label = pretty(seconds, `${words} ${ordinal(date.getDate())}${year}`);
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** "today at 2:45 PM" @param {number} seconds */
export const dayAndClock = (seconds) => `${pretty(seconds, TOKENS.date_short(seconds))} at ${clock(seconds)}`;

/** The full time for a tooltip. @param {number} seconds */
export const fullTime = (seconds) => `${TOKENS.date_long(seconds)} at ${TOKENS.time_secs(seconds)}`;

/** @param {number} seconds */
function ago(seconds) {
  const past = Math.round(Date.now() / 1000 - seconds);
  const [size, unit] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ].find(([length]) => Math.abs(past) >= length) ?? [1, 'second'];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' }).format(-Math.round(past / size), unit);
}

/** @type {Record<string, (seconds: number) => string>} */
const TOKENS = {
  date_num: (s) => new Date(s * 1000).toISOString().slice(0, 10),
  date: (s) =>
    `${format(s, { month: 'long' })} ${ordinal(new Date(s * 1000).getDate())}, ${format(s, { year: 'numeric' })}`,
  date_slash: (s) => format(s, { month: '2-digit', day: '2-digit', year: 'numeric' }),
  date_short: (s) => format(s, { month: 'short', day: 'numeric', year: 'numeric' }),
  date_long: (s) => `${format(s, { weekday: 'long' })}, ${TOKENS.date(s)}`,
  date_long_full: (s) => TOKENS.date_long(s),
  date_pretty: (s) => pretty(s, TOKENS.date(s)),
  date_short_pretty: (s) => pretty(s, TOKENS.date_short(s)),
  date_long_pretty: (s) => pretty(s, TOKENS.date_long(s)),
  time: clock,
  time_secs: (s) => format(s, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago,
};

/**
 * Fills a date pattern of Slack such as `{date_short_pretty} at {time}`; unknown tokens stay as written.
 *
 * @param {number} seconds
 * @param {string} pattern
 * @returns {string}
 */
export function slackDate(seconds, pattern) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(seconds) ?? whole);
}
