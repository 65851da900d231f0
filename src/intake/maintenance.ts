import { Cron } from 'croner';
import type { MaintenanceWindow } from '../domain/intake-policy.ts';
import type { Silence } from '../domain/silence.ts';

/** The windows that are open now, as silences. Pure. */
export function openWindows(windows: readonly MaintenanceWindow[], now: Date): Silence[] {
  return windows.flatMap((window) => {
    const span = spanOf(window.when, now);
    if (span === null) return [];
    const { name, matchers, reason } = window;
    const by = { kind: 'policy', id: `maintenance/${name}`, name: `maintenance window ${name}` } as const;
    return [{ id: by.id, matchers: [...matchers], ...span, reason, by }];
  });
}

function spanOf(
  when: MaintenanceWindow['when'],
  now: Date,
): { startsAt: string; endsAt: string | null } | null {
  if (when.type === 'always') return { startsAt: new Date(0).toISOString(), endsAt: null };
  if (when.type === 'once') return { startsAt: when.from, endsAt: when.until };
  const length = when.minutes * 60_000;
  const cron = new Cron(when.cron, { timezone: when.timeZone, paused: true, mode: '5-part' });
  // The first start after the moment at which a window that ends now began.
  const start = cron.nextRun(new Date(now.getTime() - length));
  if (start === null || start > now) return null;
  return { startsAt: start.toISOString(), endsAt: new Date(start.getTime() + length).toISOString() };
}
