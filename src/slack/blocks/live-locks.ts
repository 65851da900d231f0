import { formatCount, formatDuration, shorten } from '../../domain/format.ts';
import type { LockNode, LocksNow } from '../../domain/live.ts';
import { type Budget, createBudget } from './clip.ts';
import { againButton } from './live-buttons.ts';
import { gapParts, liveHead } from './live-head.ts';
import { ownerOf } from './live-queries.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';

const MOST_ROOTS = 5;
const MOST_WAITERS = 25;
const QUERY = 200;

/** A waiter and how far behind its root it stands, from 1. */
interface Placed {
  readonly node: LockNode;
  readonly depth: number;
}

/** Who blocks, and who waits behind whom: nested lists, which a phone shows as well as a desk. Pure. */
export function locksMessage(now: LocksNow): Said {
  const { roots, waiting } = now;
  const budget = createBudget();
  const count =
    waiting === 0
      ? 'nobody waits for a lock'
      : `${formatCount(waiting, 'session waits', 'sessions wait')} for a lock behind ${formatCount(roots.length, 'root')}`;
  const words = roots.slice(0, MOST_ROOTS).map((root) => {
    const behind = waitersOf(root).length;
    return `pid ${root.pid} blocks ${behind}: ${whoIs(root)}`;
  });
  return {
    text: fallbackText([`${now.database}: ${count}.`, ...words, ...circleText(now)].join('\n')),
    blocks: [
      ...richText(
        liveHead(now, count),
        ...roots.slice(0, MOST_ROOTS).flatMap((root) => rootParts(root, budget)),
        ...rest(roots.length - MOST_ROOTS, 'roots', 'root'),
        ...circleText(now).map((sentence) => line(text(sentence))),
        ...gapParts(now),
      ),
      againButton({ what: 'locks', database: now.database }),
    ],
  };
}

function rootParts(root: LockNode, budget: Budget): Part[] {
  const waiters = waitersOf(root);
  const shown = waiters.slice(0, MOST_WAITERS);
  const { session } = root;
  return [
    line(
      bold(`🔒 ${nameOf(root)}`),
      text(` blocks ${formatCount(waiters.length, 'session')} · ${budget.take(whoIs(root), 200)}`),
    ),
    ...(session === null || session.sql === '' ? [] : [preformatted(budget.take(session.sql, QUERY))]),
    ...lists(shown, budget),
    ...rest(waiters.length - shown.length, 'waiters', 'waiter'),
  ];
}

/** Neighbours of the same depth share a list. */
function lists(placed: readonly Placed[], budget: Budget): Part[] {
  const runs: Placed[][] = [];
  for (const one of placed) {
    const last = runs.at(-1);
    if (last?.[0]?.depth === one.depth) last.push(one);
    else runs.push([one]);
  }
  return runs.map((run) =>
    bullets(
      run.map(({ node }) => line(bold(nameOf(node)), text(` · ${budget.take(waits(node), 260)}`))),
      (run[0]?.depth ?? 1) - 1,
    ),
  );
}

function waits(node: LockNode): string {
  const what = node.request === null ? '' : ` · wants ${node.request}`;
  const sql = node.session === null ? '' : ` · ${shorten(node.session.sql, 60)}`;
  return `${whoIs(node)}${what}${sql}`;
}

function waitersOf(root: LockNode): Placed[] {
  const under = (node: LockNode, depth: number): Placed[] =>
    node.waiters.flatMap((waiter) => [{ node: waiter, depth }, ...under(waiter, depth + 1)]);
  return under(root, 1);
}

function nameOf({ pid }: LockNode): string {
  return pid === 0 ? 'prepared transaction' : `pid ${pid}`;
}

function whoIs({ session, otherwise }: LockNode): string {
  if (session === null) return otherwise ?? 'unknown';
  return `${session.state} for ${formatDuration(session.ageSeconds)} · ${ownerOf(session)}`;
}

function circleText({ circle }: LocksNow): string[] {
  if (circle.length === 0) return [];
  return [
    `They wait for each other: pid ${circle.join(', ')}. PostgreSQL ends one of them after deadlock_timeout.`,
  ];
}
