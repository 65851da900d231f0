/** A duration as people read it, such as `850 ms`, `42 s`, `3m12s` or `2h05m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
}

/** A moment as a clock shows it, such as `14:38:05 UTC`. */
export function utcTime(at: Date): string {
  return Number.isNaN(at.getTime()) ? 'an unknown time' : `${at.toISOString().slice(11, 19)} UTC`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** An amount of bytes in powers of 1024, in PostgreSQL's own units, such as `38 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** A number with its noun, such as `1 session` or `8 sessions`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** A share of 0 to 1 as a whole percentage. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** One line of at most this many characters; what is cut is marked with an ellipsis. */
export function shorten(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
