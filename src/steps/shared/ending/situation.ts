import type { Situation } from '../../../domain/situation.ts';
import type { Data, EndTarget } from './contract.ts';
import { signalByHand } from './signal-command.ts';

/** How many sessions were ended; of those that were in doubt the reading just made says that they are gone. */
export function endedBy({ results }: Data): number {
  return results.filter(({ ended, unknown }) => ended || unknown).length;
}

/** Who got what, what is in doubt, and one guarded line for each session that may be left. */
export function situationOf(left: readonly EndTarget[], { results }: Data, unread: string | null): Situation {
  const got = (verdicts: readonly string[]) =>
    results.filter(({ signals }) => signals.some(({ verdict: answer }) => verdicts.includes(answer)));
  const untouched = results.filter(({ signals }) => signals.length === 0);
  return {
    known: [],
    unknown:
      unread === null ? [] : [`Whether ${pids(results.filter(({ ended }) => !ended))} ended: ${unread}`],
    done: [
      `Signalled and accepted: ${pids(got(['ok']))}.`,
      `Sent and never answered: ${pids(got(['unanswered']))}.`,
      `Not signalled at all: ${pids(untouched)}.`,
    ].filter((line) => !line.endsWith('nobody.')),
    next: left
      .filter(({ id }) => results.find(({ target }) => target === id)?.ended !== true)
      .map(({ identity }) => signalByHand(identity.session, 'terminate')),
  };
}

function pids(results: Data['results']): string {
  return results.length === 0 ? 'nobody' : `pid ${results.map(({ session }) => session.pid).join(', ')}`;
}
