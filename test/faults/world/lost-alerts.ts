import type { Facts } from './facts.ts';

/** Alerts that were acknowledged, and are not stored or have led to nothing; a sentence for each. */
export function lostAlerts({
  acknowledged,
  alerts,
}: Pick<Facts, 'acknowledged' | 'alerts'>): readonly string[] {
  return [...new Set(acknowledged)].flatMap((fingerprint) => {
    const stored = alerts.filter((alert) => alert.fingerprint === fingerprint);
    if (stored.length === 0) return [`Alert ${fingerprint} was acknowledged and is not stored.`];
    return stored
      .filter(({ decision }) => decision === null)
      .map(({ id }) => `Alert ${fingerprint} (${id}) was acknowledged and is not settled.`);
  });
}
