/** What pg-boss does, by a mark in its statements; whatever is left is its upkeep. */
const MARKS: readonly [RegExp, string][] = [
  [/^with next as .*job_common/is, 'fetch'],
  [/set completed_on/is, 'complete or keep'],
  [/set heartbeat_on/is, 'heartbeat'],
  [/^listen/i, 'listen'],
];

/** Names a statement of pg-boss. */
export function nameQueueStatement(statement: string): string {
  const text = statement.replaceAll(/\s+/g, ' ');
  const mark = MARKS.find(([pattern]) => pattern.test(text))?.[1] ?? 'upkeep';
  const [, queue] = /j\.name = '(\w+)'/.exec(text) ?? [];
  return `queue: ${mark}${mark === 'fetch' && queue !== undefined ? ` ${queue}` : ''}`;
}
