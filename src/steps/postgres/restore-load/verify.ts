import type { Verdict } from '../../../domain/outcome.ts';
import type { ChangedSettings } from '../../../domain/setting.ts';
import { settingName, settingValue } from '../../../domain/setting.ts';
import { OTHER_SERVER } from '../../parts.ts';
import { verifySettings } from '../../shared/setting/carry-out.ts';
import type { Reconciliation } from '../../step-kind.ts';
import { type ApprovedOpening, type Ctx, type OpeningOutcome, openingOutcome } from './contract.ts';

/** Reads every limit back; one that was closed again is told with the reason. */
export async function verifyOpening(
  ctx: Ctx,
  approved: ApprovedOpening,
  outcome: OpeningOutcome,
): Promise<Verdict> {
  const verdict = await verifySettings(ctx, approved, outcome);
  if (outcome.skipped.length === 0) return verdict;
  const told = outcome.skipped.map(({ target, reason }) => `${target}: ${reason}`).join(' ');
  return {
    ...verdict,
    status: verdict.status === 'inconclusive' ? 'inconclusive' : 'failed',
    evidence: `${told} ${verdict.evidence}`,
  };
}

/** After a crash: done when every limit is as it was before, safe to go on while each stands at one of its steps. */
export async function reconcileOpening(
  ctx: Ctx,
  { targets }: Pick<ApprovedOpening, 'targets'>,
): Promise<Reconciliation<ChangedSettings>> {
  let open = 0;
  for (const { identity } of targets) {
    const { setting, serverStart, to, closed, stages } = identity;
    const now = await ctx.ports.databases.readSetting(ctx.incident.database, setting, ctx.signal);
    if (now.value === to) open += 1;
    else if (now.value !== closed && !stages.includes(now.value))
      return {
        status: 'unknown',
        why: `${settingName(setting)} is ${settingValue(setting, now.value)} now, which is none of its steps.`,
      };
    else if (now.serverStart !== serverStart) return { status: 'unknown', why: OTHER_SERVER };
  }
  if (open < targets.length) return { status: 'unfinished' };
  const changes = targets.map(({ identity }) => ({ ...identity, uncertain: false }));
  return { status: 'done', outcome: openingOutcome(changes, foundOpen(changes), []) };
}

function foundOpen(changes: ChangedSettings['changes']): OpeningOutcome['done'] {
  return changes.map(({ setting, to }) => ({
    target: settingName(setting),
    detail: `${settingValue(setting, to)}, as before; found so after an interruption of Firebreak, and whether the last step held was not measured`,
  }));
}
