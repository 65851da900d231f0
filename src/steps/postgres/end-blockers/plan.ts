import type { Cause } from '../../../domain/cause.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Command } from '../../../domain/plan.ts';
import { draftOf } from '../../parts.ts';
import { signalCommand } from '../../shared/ending/signal-command.ts';
import { armedWarnings } from '../../shared/ending/sources.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import { commandsForOwner } from './by-owner.ts';
import type { Blocker, Ctx, Params } from './contract.ts';
import { likelyLockCauses, selectBlockers } from './select.ts';

/** Diagnoses afresh and proposes the head of the queue; what Firebreak may not end is said with the statement for it. */
export async function planEnd(ctx: Ctx, params: Params): Promise<Draft<Blocker>> {
  const { facts, causes } = await gatherFacts(ctx, { server: params.server, replicas: false });
  const { targets, excluded, refusals, more } = selectBlockers({ ...facts, causes }, params, ctx.guard);
  const locks = likelyLockCauses(causes);
  const byOwner = commandsForOwner(facts.snapshot, locks);
  const selected = targets.filter((target) => target.selected);
  const identities = targets.map(({ identity }) => identity);
  return draftOf({
    summary: `${whatIsDone(identities)} on ${ctx.incident.database}${params.server === 'primary' ? '' : ` (${params.server})`}; whoever waits for ${identities.length === 1 ? 'it' : 'them'} goes on.`,
    impact:
      'What they had not committed rolls back. Their clients get an error: 57014 when cancelled, 57P01 when terminated.',
    undo: 'What an ended transaction had not committed is rolled back; its client has to do it again.',
    wontSolve: ['The client may take the same lock again; why it held it so long is not repaired.'],
    warnings: [
      ...serverNotes(facts),
      ...armedWarnings(identities, facts.cluster),
      ...(more > 0
        ? [`${formatCount(more, 'more session')} at the head. Go back to this step afterwards.`]
        : []),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    excluded,
    commands: [
      ...signals(
        ctx,
        selected.map(({ identity }) => identity),
      ),
      ...byOwner,
    ],
    nothingToDo: targets.length > 0 ? null : nothingToDo(locks[0] ?? causes[0], locks, refusals, byOwner),
  });
}

/** Without numbers: it stays true for whatever a person chooses. */
function whatIsDone(identities: readonly Blocker[]): string {
  const terminated = identities.filter(({ first }) => first === 'terminate').length;
  const cancelled = identities.length - terminated;
  const chosen = identities.length === 1 ? '' : 'chosen ';
  const parts = [
    ...(cancelled > 0 ? [`cancel the ${chosen}${cancelled === 1 ? 'statement' : 'statements'}`] : []),
    ...(terminated > 0
      ? [`terminate the ${chosen}idle ${terminated === 1 ? 'transaction' : 'transactions'}`]
      : []),
  ];
  const text = parts.length === 0 ? 'end nobody' : parts.join(' and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} at the head of the lock queue`;
}

/** One statement for each way of ending that occurs. */
function signals(ctx: Ctx, identities: readonly Blocker[]): Command[] {
  return (['cancel', 'terminate'] as const).flatMap((how) => {
    const [example, ...others] = identities.filter(({ first }) => first === how);
    return example === undefined ? [] : [signalCommand(ctx, example, others.length + 1)];
  });
}

function nothingToDo(
  top: Cause | undefined,
  locks: readonly Cause[],
  refusals: readonly string[],
  byOwner: readonly Command[],
): string {
  if (locks.length === 0)
    return `No session to end: nobody holds up the others. Diagnosis: ${top?.title ?? 'none'}.`;
  if (refusals.length > 0) return `${top?.title}. Firebreak may not end it: ${refusals.join(' ')}`;
  const statements = byOwner.map(({ label, text }) => `${label}: ${text}`);
  const first = top?.helps[0];
  return [
    `${top?.title}. No session can be ended for it.`,
    ...(first === undefined ? [] : [`What helps: ${first}`]),
    ...statements,
  ].join(' ');
}
