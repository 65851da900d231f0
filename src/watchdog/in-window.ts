import type { Peak } from '../domain/audit-policy.ts';

/** Whether a moment is within the hours of every day, in their own time zone; the end itself is outside. Pure. */
export function isInWindow({ window, timeZone }: Peak, at: Date): boolean {
  const [begins = '', ends = ''] = window.split('-');
  const clock = clockOf(timeZone).format(at);
  return begins < ends ? begins <= clock && clock < ends : begins <= clock || clock < ends;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once for each zone: it costs a hundred times as much as its use. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(timeZone, clock);
  return clock;
}
