import { z } from 'zod';
import { describeError, FirebreakError, isFirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import type { Command } from '../../../domain/plan.ts';
import { OTHER_SERVER, outcomeOf, verdictOf } from '../../parts.ts';
import {
  type Draft,
  Drifted,
  type OutcomeOf,
  type Reconciliation,
  type StepContext,
} from '../../step-kind.ts';

type Ctx = StepContext<'databases'>;

/** The extension of one database, to be created or dropped. */
export const ExtensionChange = z.object({ create: z.boolean(), serverStart: z.string() });
export type ExtensionChange = z.infer<typeof ExtensionChange>;
export const ExtensionChanged = z.object({ create: z.boolean() });
type ExtensionChanged = z.infer<typeof ExtensionChanged>;
type Targets = readonly { readonly identity: ExtensionChange }[];

export const CREATE = 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;';
export const DROP = 'DROP EXTENSION IF EXISTS pg_stat_statements;';

/** The one target of such a plan. */
export function extensionTarget(identity: ExtensionChange, why: string): Draft<ExtensionChange>['targets'] {
  return [
    {
      id: 'pg_stat_statements',
      label: 'extension pg_stat_statements',
      why,
      owner: null,
      facts: [],
      sql: null,
      selected: true,
      identity,
    },
  ];
}

/** Refuses, with the line for a person. */
export function notAllowed(text: string): FirebreakError {
  const next: Command[] = [{ label: 'as a superuser, in this database', language: 'sql', text }];
  return new FirebreakError('database-permission', 'Only a superuser creates or drops pg_stat_statements.', {
    hint: 'Run the line below as a superuser, and skip this step. No grant allows it: it is no trusted extension.',
    situation: { known: [], unknown: [], done: ['Nothing was changed.'], next },
  });
}

export async function recheckExtension(ctx: Ctx, targets: Targets): Promise<string[]> {
  const now = await ctx.ports.databases.queryStatistics(ctx.incident.database, ctx.signal);
  return targets.flatMap(({ identity }) => [
    ...(now.serverStart === identity.serverStart ? [] : [OTHER_SERVER]),
    ...(now.created === identity.create
      ? [`The extension is ${now.created ? 'there' : 'gone'} already.`]
      : []),
  ]);
}

export async function changeExtension(ctx: Ctx, targets: Targets): Promise<OutcomeOf<ExtensionChanged>> {
  const [target] = targets;
  if (target === undefined) throw new Error('The plan has no target.');
  const { identity } = target;
  const { databases } = ctx.ports;
  ctx.signal.throwIfAborted();
  try {
    const answer = await databases.changeQueryStatistics(ctx.incident.database, identity, ctx.signal);
    if (answer !== 'done') throw new Drifted([OTHER_SERVER]);
  } catch (error) {
    if (!isFirebreakError(error) || !error.retryable) throw error;
    // The answer may have been lost: what is stored counts.
    const { created } = await databases.queryStatistics(ctx.incident.database, ctx.signal);
    if (created !== identity.create) throw error;
  }
  return outcome(identity, '');
}

export async function reconcileExtension(
  ctx: Ctx,
  targets: Targets,
): Promise<Reconciliation<ExtensionChanged>> {
  const now = await ctx.ports.databases.queryStatistics(ctx.incident.database, ctx.signal);
  const [target] = targets;
  if (target === undefined || now.serverStart !== target.identity.serverStart)
    return { status: 'unknown', why: OTHER_SERVER };
  return now.created === target.identity.create
    ? { status: 'done', outcome: outcome(target.identity, '; found so after an interruption of Firebreak') }
    : { status: 'unfinished' };
}

/** Looks that it is there and counts, or that it is gone. */
export async function verifyExtension(ctx: Ctx, targets: Targets): Promise<Verdict> {
  try {
    const { created } = await ctx.ports.databases.queryStatistics(ctx.incident.database, ctx.signal);
    const wanted = targets.every(({ identity }) => identity.create === created);
    if (!wanted) return verdictOf('failed', `The extension is ${created ? 'still there' : 'not there'}.`);
    if (!created) return verdictOf('passed', 'The extension is gone.');
    const counted = await ctx.ports.databases.roleStatements(ctx.incident.database, ctx.signal);
    return counted === null
      ? verdictOf('failed', 'The extension is there, and its view cannot be read.')
      : verdictOf(
          'passed',
          `The view can be read; it has statements of ${formatCount(counted.length, 'role')}.`,
        );
  } catch (error) {
    ctx.signal.throwIfAborted();
    return verdictOf('inconclusive', `It could not be read: ${describeError(error).message}`);
  }
}

function outcome({ create }: ExtensionChange, how: string): OutcomeOf<ExtensionChanged> {
  const detail = `${create ? 'created' : 'dropped'}${how}`;
  return outcomeOf({
    summary: `pg_stat_statements: ${detail}.`,
    done: [{ target: 'pg_stat_statements', detail }],
    skipped: [],
    data: { create },
  });
}
