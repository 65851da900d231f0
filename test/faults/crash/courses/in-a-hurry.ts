import { type PatchedSources, patchSources } from '../../world/patched-sources.ts';

/** What takes minutes and days in production: how often it looks, for how long it waits, and at which times. */
const PATCHES = [
  // A server is read every 2 s at most, and the same reading twice is no second look.
  { file: 'watchdog/keep.ts', old: 'const EVERY_MS = 10_000;', new: 'const EVERY_MS = 2_100;' },
  { file: 'watchdog/keep.ts', old: 'const ELSEWHERE_MS = 15_000;', new: 'const ELSEWHERE_MS = 300;' },
  { file: 'watchdog/end-targets.ts', old: 'const CANCEL_SECONDS = 5;', new: 'const CANCEL_SECONDS = 1;' },
  { file: 'config/watchdog.ts', old: 'olderThan: z.number().min(60)', new: 'olderThan: z.number().min(1)' },
  {
    file: 'domain/watchdog-record.ts',
    old: 'export const REHEARSAL_MS = 24 * 60 * 60 * 1000;',
    new: 'export const REHEARSAL_MS = 0;',
  },
  // Terms count as tried from their first day on.
  {
    file: 'domain/watchdog-record.ts',
    old: "event.mode === 'report' ? (since ?? at) : since",
    new: 'since ?? at',
  },
  { file: 'engine/alert-desk.ts', old: 'minutes * 60_000', new: 'minutes * 6_000' },
  {
    file: 'intake/flapping.ts',
    old: 'rule.holdMinutes * 60_000',
    new: 'rule.holdMinutes * 15_000',
  },
  // A replica that finds another one at it looks again after this long.
  {
    file: 'engine/keep-schedule.ts',
    old: 'const AFTER_FAILURE_MS = 5 * 60 * 1000;',
    new: 'const AFTER_FAILURE_MS = 1_000;',
  },
  { file: 'config/schedule.ts', old: "mode: '5-part'", new: "mode: 'auto'" },
];

/** A Firebreak that does by itself within seconds what it otherwise does in the course of days. */
export function inAHurry(): PatchedSources {
  return patchSources(PATCHES, '0.1.0');
}
