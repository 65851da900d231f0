/**
 * Labels without those that are missing or empty; a value is cut where no label of a monitoring is that long. A label
 * `__proto__` goes too, as in every alert that is read back.
 */
export function labelsOf(given: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' || name === '__proto__'
        ? []
        : [[name, value.slice(0, MOST_CHARACTERS)]],
    ),
  );
}
const MOST_CHARACTERS = 2_000;

/** Tags such as `database:orders-primary` as labels; the first of a name counts, and a tag without a value is none. */
export function labelsOfTags(tags: readonly string[]): Record<string, string> {
  const pairs = tags.flatMap((tag) => {
    const [, name = '', value = ''] = /^\s*([^:\s][^:]*):(.*?)\s*$/.exec(tag) ?? [];
    return name === '' ? [] : [[name, value] as const];
  });
  return labelsOf(Object.fromEntries(pairs.toReversed()));
}

/**
 * The rule that a title stands for: titles come with a state in front, as `[FIRING:1] PoolExhausted (orders-primary)` of
 * Alertmanager or `[Triggered on {host:a}] Pool is full` of Datadog.
 */
export function nameInTitle(title: string): string {
  const alertmanager = /^\[(?:FIRING:\d+|RESOLVED)\] (\S+)/.exec(title)?.[1];
  return alertmanager ?? (title.replace(/^\[[^\]]*\]\s*/, '').trim() || title);
}
