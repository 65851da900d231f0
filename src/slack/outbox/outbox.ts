import type { ActionClass } from '../../domain/actor.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Mutex } from '../../ports/state.ts';
import { type DesiredMessage, messagesOf, noticeMessages } from './messages-of.ts';
import { nextActions, type OutboxAction } from './next-actions.ts';
import { createPacer, LOOKUPS, type Pace, POSTS, UPDATES } from './pacer.ts';
import { type OutboxTools, perform } from './perform.ts';

/** The key of the work that tells which alerts led to nothing. */
const NOTICES = 'intake';
/** A message is updated at most this often, in milliseconds; the last state always wins. */
const UPDATE_GAP_MS = 1500;
/** An unanswered post gets this long to become visible before it is looked for. */
const SETTLE_MS = 1000;
/** One render works and waits at most this long; what is left is done by the next one. */
const RENDER_MS = 25_000;

const PACES: Readonly<Record<OutboxAction['do'], Pace>> = { post: POSTS, find: LOOKUPS, update: UPDATES };
const UNPACED: Pace = { burst: Number.POSITIVE_INFINITY, perSecond: 1 };

export interface OutboxOptions {
  readonly tools: OutboxTools;
  readonly desk: IncidentDesk;
  readonly mutex: Mutex;
  readonly clock: Clock;
  readonly actionClassOf: (stepKind: string) => ActionClass | null;
}

/** Brings the channel in line with the state of an incident; `busy` when something is left. */
export interface Outbox {
  render(incidentId: string, signal: AbortSignal): Promise<'done' | 'busy'>;
}

export function createOutbox({ tools, desk, mutex, clock, actionClassOf }: OutboxOptions): Outbox {
  const pacer = createPacer(clock);
  const laneOf = (kind: OutboxAction['do'], action: OutboxAction): string =>
    `${kind}:${action.row?.channel ?? tools.channel}`;
  const messageOf = (action: OutboxAction): string => `message:${action.row?.nonce ?? ''}`;

  function waitOf(action: OutboxAction): number {
    const own = action.do === 'update' ? pacer.wait(messageOf(action), UNPACED) : 0;
    return Math.max(own, pacer.wait(laneOf(action.do, action), PACES[action.do]));
  }

  async function act(incident: { id: string; openedAt: string }, action: OutboxAction): Promise<void> {
    const lane = laneOf(action.do, action);
    pacer.spend(lane, PACES[action.do]);
    if (action.do === 'update') pacer.hold(messageOf(action), UPDATE_GAP_MS);
    const performed = await perform(tools, incident, action);
    if (performed.status === 'limited') pacer.hold(lane, performed.retryAfterMs);
    if (performed.status !== 'unknown') return;
    pacer.hold(lane, SETTLE_MS);
    if (action.do === 'post') pacer.hold(laneOf('find', action), SETTLE_MS);
  }

  async function wanted(id: string): Promise<{ since: string; messages: DesiredMessage[] } | null> {
    if (id === NOTICES) {
      const notices = await desk.notices();
      return { since: notices[0]?.firstAt ?? '', messages: noticeMessages(notices) };
    }
    const view = await desk.view(id);
    if (view === null) return null;
    return { since: view.incident.openedAt, messages: messagesOf(view, actionClassOf) };
  }

  async function work(id: string, signal: AbortSignal): Promise<'done' | 'busy'> {
    const deadline = clock.now().getTime() + RENDER_MS;
    while (!signal.aborted) {
      const desired = await wanted(id);
      if (desired === null) return 'done';
      const rows = await tools.messages.list(id);
      const actions = nextActions(desired.messages, rows, (nonce) => tools.unsent.has(nonce));
      const next = soonest(actions, waitOf);
      if (next === null) return 'done';
      if (next.wait === 0) await act({ id, openedAt: desired.since }, next.action);
      else if (clock.now().getTime() + next.wait > deadline) return 'busy';
      else await clock.sleep(next.wait, signal);
    }
    return 'busy';
  }

  return {
    async render(incidentId, signal) {
      try {
        const held = await mutex.exclusively(`render:${incidentId}`, (lost) =>
          work(incidentId, AbortSignal.any([signal, lost])),
        );
        return held.status === 'busy' ? 'busy' : held.result;
      } catch (error) {
        if (signal.aborted) return 'busy';
        throw error;
      }
    },
  };
}

/** The action that may be done first; in order among equals. */
function soonest(
  actions: readonly OutboxAction[],
  waitOf: (action: OutboxAction) => number,
): { action: OutboxAction; wait: number } | null {
  let best: { action: OutboxAction; wait: number } | null = null;
  for (const action of actions) {
    const wait = waitOf(action);
    if (best === null || wait < best.wait) best = { action, wait };
  }
  return best;
}
