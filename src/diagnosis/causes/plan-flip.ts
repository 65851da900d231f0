import { culpritName } from '../../domain/cause.ts';
import { backendId } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import { groupByOwner } from '../owners.ts';
import { findPlanChange } from '../plan-change.ts';
import { describeCpu } from '../pressure.ts';

/**
 * One statement that was fast is slow in many sessions: its plan changed, after statistics went stale, an index was
 * lost, or a generic plan was taken. The statement is the same, so no deployment brought it.
 */
export const rule: CauseRule = {
  kind: 'plan-flip',
  detect(facts, pressure) {
    const found = findPlanChange(facts);
    if (found === null || !(pressure.cpuSaturated || pressure.overworked || pressure.slotsTight)) return null;
    const { sessions } = found.query;
    const [owner] = groupByOwner(sessions, facts.cluster);
    if (owner === undefined) return null;
    const batch = owner.culprit.kind === 'CronJob' || owner.culprit.kind === 'Job';
    const proven = found.certainty === 'proven';
    return {
      kind: 'plan-flip',
      title: `A query of ${culpritName(owner.culprit)} that was fast is slow in ${sessions.length} sessions: its plan changed`,
      confidence: batch ? 0.6 : proven ? 0.97 : 0.6,
      evidence: [
        ...found.evidence,
        `CPU: ${describeCpu(facts)}.`,
        `Statement: ${sessions[0]?.sql.slice(0, 160) ?? ''}`,
        ...owner.culprit.evidence.map(({ text }) => text),
      ],
      rootSessions: sessions.map(backendId),
      culprit: owner.culprit,
      settles: [
        'EXPLAIN (without ANALYZE) of the statement: does it read a whole table where it used an index?',
        'The indexes of its tables: was one dropped, or is one invalid (pg_index.indisvalid)?',
        'pg_stat_user_tables.last_analyze of its tables, and n_mod_since_analyze: are the statistics stale?',
        ...(facts.statements === null
          ? ['pg_stat_statements, which is not available here, would say how fast it was before.']
          : []),
      ],
      helps: [
        'ANALYZE the tables of the statement (minutes at most, safe), or build the missing index CONCURRENTLY.',
        'Then cancel the running ones; they keep their old plan to the end.',
        'If a generic plan is to blame: ALTER ROLE … SET plan_cache_mode = force_custom_plan, for new sessions.',
      ],
      wontHelp: [
        'Cancelling alone: the next call gets the same bad plan.',
        'Rolling back a deployment: the statement is the same as before, word for word.',
        'Suspending a CronJob that merely runs at the same time: none owns these sessions.',
      ].slice(0, batch ? 2 : 3),
    };
  },
};
