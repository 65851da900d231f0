/** How deep a JSON value is nested; stops counting one level past the limit. */
export function depthOf(value: unknown, limit: number): number {
  if (value === null || typeof value !== 'object') return 0;
  if (limit === 0) return 1;
  const deepest = Object.values(value).map((item) => depthOf(item, limit - 1));
  return 1 + Math.max(0, ...deepest);
}
