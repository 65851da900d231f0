import { formatDuration } from '../domain/format.ts';

/** Time between two moments (ISO 8601) as an outage is told: in minutes as a number of its own, below two in seconds. */
export function spent(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  const minutes = Math.round(seconds / 60);
  return minutes < 2 ? formatDuration(seconds) : `${minutes} minutes`;
}
