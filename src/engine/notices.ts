import { sha256 } from '../domain/json.ts';
import type { StoredAlert } from '../ports/state.ts';
import type { Notice } from './desk.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_NOTICES = 20;

/** Firing alerts of the last day that led to nothing, told once for each name and reason. Pure. */
export function noticesOf(alerts: readonly StoredAlert[], now: Date): Notice[] {
  const told = new Map<string, Notice>();
  for (const { alert, receivedAt, settlement } of alerts) {
    const old = now.getTime() - Date.parse(receivedAt) > DAY_MS;
    if (old || alert.status !== 'firing' || settlement?.decision !== 'ignored') continue;
    const key = `alert:${sha256(`${alert.name}\n${settlement.reason}`).slice(0, 16)}`;
    const before = told.get(key);
    told.set(key, {
      key,
      title: alert.name,
      text: settlement.reason,
      hint: 'Nothing was started. Name the alert in a runbook, give it a label "database", or start by hand with /db-triage.',
      firstAt: before === undefined || receivedAt < before.firstAt ? receivedAt : before.firstAt,
      lastAt: before === undefined || receivedAt > before.lastAt ? receivedAt : before.lastAt,
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...told.values()].sort((a, b) => (a.firstAt < b.firstAt ? -1 : 1)).slice(-MOST_NOTICES);
}
