import type { Alert } from '../domain/alert.ts';
import type { Runbook } from '../domain/runbook.ts';
import { policyActor, type WatchdogPolicy, type WatchdogTarget } from '../domain/watchdog.ts';
import { appendFor } from '../engine/ledger.ts';
import { dedupeKeyOf, openingOf } from '../engine/opening.ts';
import type { Book, Page } from './book.ts';
import type { WatchdogOptions } from './options.ts';

/** The name by which a runbook can say that it is for this. */
const ALERT = 'FirebreakWatchdogRespawn';

const NO_RUNBOOK = 'no incident was opened, as there is no runbook for one';

/**
 * Stops a policy whose culprit keeps coming back, and opens an incident in the same transaction, in which people decide
 * what stops it; an open one hears of it. Without a runbook for incidents there can be none: the policy stops all the same,
 * and the channel and the log say why. Answers the incident's id, or null when there is none or something was written
 * meanwhile.
 */
export async function propose(
  { state, ledger, ports, runbooks, clock, logger }: WatchdogOptions,
  book: Book,
  page: Page,
  policy: WatchdogPolicy,
  targets: readonly WatchdogTarget[],
): Promise<string | null> {
  const { database } = policy.terms;
  const by = policyActor(policy);
  const now = clock.now();
  const alert = alertOf(policy, targets, now);
  const summary = alert.annotations.summary ?? '';
  const stop = (incident: string | null, reason = summary) => ({
    type: 'watchdog.switched' as const,
    policy: policy.name,
    to: 'stopped' as const,
    by,
    reason,
    incident,
  });
  const open = await state.incidents.findOpen(dedupeKeyOf(database));
  const joined = open === null ? null : await ledger.load(open.id);
  if (joined !== null) {
    const settling = {
      target: { joins: joined },
      events: [{ type: 'alert.attached' as const, alert }],
      settles: [],
    };
    return (await book.append(page, stop(joined.id), { together: [appendFor(settling, now)] }))
      ? joined.id
      : null;
  }
  const runbook = runbookFor(runbooks);
  if (runbook === undefined) {
    if (await book.append(page, stop(null, `${summary}; ${NO_RUNBOOK}`)))
      logger.error({ database, policy: policy.name }, `A watchdog policy stopped itself; ${NO_RUNBOOK}`);
    return null;
  }
  const [id] = await state.incidents.nextIds(1);
  if (id === undefined) return null;
  const { service } = ports.databases.get(database);
  const { row, events } = openingOf(id, { database, service, runbook, by, alert });
  const opening = appendFor({ target: { opens: row }, events, settles: [] }, now);
  return (await book.append(page, stop(id), { together: [opening] })) ? id : null;
}

/** The runbook that names the alert; otherwise the default one, or the first. */
function runbookFor(runbooks: ReadonlyMap<string, Runbook>): Runbook | undefined {
  const all = [...runbooks.values()].filter(({ purpose }) => purpose === 'incident');
  return all.find(({ alerts }) => alerts.includes(ALERT)) ?? all.find((one) => one.default) ?? all[0];
}

/** What an incident is opened with, as if somebody had sent it. */
function alertOf({ name, terms }: WatchdogPolicy, targets: readonly WatchdogTarget[], now: Date): Alert {
  const [first] = targets;
  const who = first?.owner?.name ?? first?.application ?? 'A culprit';
  return {
    source: 'watchdog',
    status: 'firing',
    fingerprint: `${name}/${now.toISOString()}`,
    name: ALERT,
    labels: { database: terms.database, severity: 'warning' },
    annotations: {
      summary: `${who} came back twice after watchdog policy ${name} had ended it`,
    },
    startsAt: now.toISOString(),
    endsAt: null,
    generatorUrl: null,
  };
}
