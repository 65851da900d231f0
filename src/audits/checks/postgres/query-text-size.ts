import { settingAudit } from '../../setting-audit.ts';

/** Bytes; the default is 1024. */
const ENOUGH = 4096;

export const audit = settingAudit({
  id: 'query-text-size',
  setting: 'track_activity_query_size',
  title: 'Query texts are cut short',
  todo: 'Raise track_activity_query_size',
  severity: 'low',
  why: 'Long queries are shown without their end, where the tag stands that tells which service sent them.',
  falsePositives: 'Where all queries are short, or tags are put in front: suppress it.',
  isBad: (value) => Number(value) < ENOUGH,
  proposal: '8kB',
  note: 'It costs 8 kB of memory for each connection.',
  takesEffect: 'restart',
});
