import { isFirebreakError } from '../domain/errors.ts';
import { type AlertGroup, byDatabase } from './alert-groups.ts';
import { createDecider } from './decide-alerts.ts';
import type { SettleOptions } from './settle-options.ts';

/** Alerts that are looked at together. */
const BATCH = 500;
/** Databases, and alerts of each, that one transaction settles: the journal stands still meanwhile. */
const MOST_GROUPS = 40;
const MOST_OF_GROUP = 50;
/** Each conflict means that somebody else got on; so many of them mean that something is wrong. */
const MOST_CONFLICTS = 50;

/**
 * Decides what each stored alert leads to, with a reason, once (`decide-alert.ts`), and anew what was held back and still
 * fires. Those of one database are decided in the order of their times, as twins and batches bring them in any; those of
 * many databases are written together, so that a storm costs a few transactions and not one for each alert.
 */
export function createSettle(options: SettleOptions): (key: string, signal?: AbortSignal) => Promise<'done'> {
  const { state, ledger } = options;
  const decide = createDecider(options);

  /** Settles groups together; those that cannot be are settled each for itself, and what fails then is noted. */
  async function settleGroups(groups: readonly AlertGroup[], failures: unknown[]): Promise<void> {
    let conflicts = 0;
    for (let rest = groups; rest.length > 0; ) {
      const decided = await decide(rest.map(firstOf)).catch(passOnUnlessAlone(rest));
      const written = decided !== null && (await ledger.settle(decided).catch(passOnUnlessAlone(rest)));
      if (decided !== null && written === true) {
        rest = rest.flatMap((group, index) => without(group, decided[index]?.settles.length ?? 0));
      } else if (rest.length === 1) {
        conflicts += 1;
        if (conflicts > MOST_CONFLICTS) throw new Error(`Alerts of ${nameOf(rest)} cannot be settled.`);
        rest = await unsettled(rest);
      } else {
        for (const group of rest) {
          await settleGroups([group], failures).catch((error: unknown) => {
            if (isFirebreakError(error) && error.retryable) throw error;
            failures.push(error);
          });
        }
        return;
      }
    }
  }

  /** Somebody else was first: what is left of these. */
  async function unsettled(groups: readonly AlertGroup[]): Promise<AlertGroup[]> {
    const left: AlertGroup[] = [];
    for (const { database, alerts } of groups) {
      const present = await Promise.all(alerts.map(async ({ id }) => state.alerts.get(id)));
      const open = present.flatMap((stored) => (stored?.settlement === null ? [stored] : []));
      if (open.length > 0) left.push({ database, alerts: open });
    }
    return left;
  }

  return async (_key, signal) => {
    const failures: unknown[] = [];
    await state.alerts.release();
    for (let after = 0; ; ) {
      const { alerts, last } = await state.alerts.unsettled(after, BATCH);
      if (alerts.length === 0) break;
      const groups = byDatabase(alerts, options);
      for (let start = 0; start < groups.length; start += MOST_GROUPS) {
        signal?.throwIfAborted();
        await settleGroups(groups.slice(start, start + MOST_GROUPS), failures);
      }
      after = last;
    }
    if (failures.length > 0) throw failures[0];
    return 'done';
  };
}

/** A fault of one group must not keep out the others: null lets each be tried alone. */
function passOnUnlessAlone(groups: readonly AlertGroup[]): (error: unknown) => null {
  return (error) => {
    if (groups.length === 1 || (isFirebreakError(error) && error.retryable)) throw error;
    return null;
  };
}

function nameOf([group]: readonly AlertGroup[]): string {
  return group?.database?.name ?? 'no database';
}

function firstOf({ database, alerts }: AlertGroup): AlertGroup {
  return { database, alerts: alerts.slice(0, MOST_OF_GROUP) };
}

function without({ database, alerts }: AlertGroup, settled: number): AlertGroup[] {
  return settled < alerts.length ? [{ database, alerts: alerts.slice(settled) }] : [];
}
