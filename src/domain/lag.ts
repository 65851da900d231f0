import type { Standby } from './snapshot.ts';

/** A standby that has not answered its primary for longer than this is not to be believed; seconds. */
const SILENT_SECONDS = 10;

/** True when the primary has lost touch with the standby, whatever its lag columns say. */
export function isSilent({ replyAgeSeconds }: Pick<Standby, 'replyAgeSeconds'>): boolean {
  return (replyAgeSeconds ?? 0) > SILENT_SECONDS;
}
