import type { Incident } from '../domain/incident.ts';
import { pastMinutesOf } from '../domain/intake-policy.ts';
import type { Settling } from '../engine/ledger.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import type { AlertGroup } from './alert-groups.ts';
import { attachmentsOf } from './attachments.ts';
import { decideWith } from './decide-stored.ts';
import type { SettleOptions } from './settle-options.ts';
import { createUnopened } from './unopened.ts';

/** What as many of the first alerts of each group as go together lead to; null when an incident is just being closed. */
export type DecideAlerts = (groups: readonly AlertGroup[]) => Promise<Settling[] | null>;

/** Decides on the incidents, the silences and the past as they are now. */
export function createDecider(options: SettleOptions): DecideAlerts {
  const { state, ledger, policy } = options;

  /** The open incidents of these databases, by the name of the database. */
  async function openIncidents(groups: readonly AlertGroup[]): Promise<Map<string, Incident>> {
    const keys = new Set(groups.map(({ database }) => dedupeKeyOf(database?.name ?? '')));
    const rows = (await state.incidents.listOpen()).filter(({ dedupeKey }) => keys.has(dedupeKey));
    const incidents = await ledger.loadAll(rows.map(({ id }) => id));
    return new Map([...incidents.values()].map((incident) => [incident.database, incident]));
  }

  return async (groups) => {
    const open = await openIncidents(groups);
    if ([...open.values()].some(({ status }) => status === 'closed')) return null;
    const alerts = groups.flatMap((group) => group.alerts.map(({ id }) => id));
    const decide = decideWith(options, await state.alerts.past(alerts, pastMinutesOf(policy)));
    const { ignoring, opening } = createUnopened(options, decide);
    const decided = groups.map((group): Settling | AlertGroup => {
      const incident = open.get(group.database?.name ?? '');
      if (incident === undefined) return ignoring(group) ?? group;
      const { events, settlements } = attachmentsOf(incident, group.alerts, decide);
      return { target: { joins: incident }, events, settles: settlements };
    });
    const ids = await state.incidents.nextIds(decided.filter((one) => 'alerts' in one).length);
    return decided.flatMap((one) => ('alerts' in one ? (opening(one, ids.shift() ?? '') ?? []) : one));
  };
}
