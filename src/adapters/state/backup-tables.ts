/** The tables of a backup, in the order in which they are written. */
export const backedUpTables = [
  'journal',
  'journal_head',
  'alert',
  'silence',
  'dead_letter',
  'incident',
  'progress',
  'chat_message',
  'explanation',
] as const;

/** What is not in a backup, and why. */
export const notBackedUp: Readonly<Record<string, string>> = {
  replica: 'which processes run now',
  migration: 'written by the migrations of the state that it is restored into',
  migration_lock: 'as migration',
};

/** The numbers that ids are made of. */
export const backedUpSequences = [
  'alert_number',
  'incident_number',
  'silence_number',
  'letter_number',
] as const;

/**
 * So many numbers of incidents are left out after a restore: what was opened after the backup is not in it, but people
 * remember it by its number, and its messages are still in Slack.
 */
export const NUMBERS_LEFT_OUT = 100;
