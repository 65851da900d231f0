import { describeError } from '../../../domain/errors.ts';
import { formatBytes } from '../../../domain/format.ts';
import { dropIndexText, type IndexSpec } from '../../../domain/index-build.ts';
import type { Verdict } from '../../../domain/outcome.ts';
import { verdictOnEach } from '../../parts.ts';
import type { OutcomeOf } from '../../step-kind.ts';
import { type IndexCtx, indexState } from './index-state.ts';
import type { BuiltIndexes } from './outcome.ts';

/** Looks that each index is there, whole, and nothing broken is left. */
export async function verifyBuilds(
  ctx: IndexCtx,
  targets: readonly { readonly identity: IndexSpec }[],
  { skipped }: OutcomeOf<BuiltIndexes>,
): Promise<Verdict> {
  const evidence: string[] = [];
  const wrong: string[] = [];
  const unread: string[] = [];
  const broken: IndexSpec[] = [];
  for (const { identity } of targets) {
    try {
      const state = await indexState(ctx, identity);
      if (state.is === 'valid') evidence.push(`${identity.name} is valid, ${formatBytes(state.bytes)}`);
      else wrong.push(`${identity.name} is ${stateText[state.is]}`);
      if (state.is === 'invalid') broken.push(identity);
    } catch (error) {
      ctx.signal.throwIfAborted();
      unread.push(`${identity.name} could not be read: ${describeError(error).message}`);
    }
  }
  return verdictOnEach({ evidence, wrong, unread }, () => ({
    known: [],
    unknown: unread,
    done: [...wrong, ...skipped.map(({ reason }) => reason)],
    next: broken.map((spec) => ({
      label: `drop what is left, as ${spec.owner}, outside of a transaction`,
      language: 'sql',
      text: `${dropIndexText(spec)};`,
    })),
  }));
}

const stateText = {
  absent: 'not there',
  'other-table': 'not there: the table is another one',
  'other-server': 'not looked at: another server answers',
  'other-index': 'another index by now',
  building: 'still built',
  invalid: 'invalid',
} as const;
