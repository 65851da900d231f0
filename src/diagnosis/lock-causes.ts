/** Causes in which somebody waits for somebody: who waits is a victim, whoever owns the session. */
export const lockCauses: ReadonlySet<string> = new Set([
  'anti-wraparound-vacuum',
  'prepared-transaction',
  'lock-queue',
  'idle-in-transaction',
  'row-lock-convoy',
]);
