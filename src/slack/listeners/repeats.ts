const MOST_REMEMBERED = 1000;

/** Tells an event that Slack sends again (at once, after 1 and after 5 minutes) from a new one. */
export function createRepeats(): (eventId: string) => boolean {
  const seen = new Set<string>();
  return (eventId) => {
    if (seen.has(eventId)) return true;
    seen.add(eventId);
    const [oldest] = seen;
    if (seen.size > MOST_REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return false;
  };
}
