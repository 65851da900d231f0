import type { Incident } from '../../domain/incident.ts';
import type { ChatMessage } from '../../ports/state.ts';
import { createBeside } from './beside.ts';
import { createDirtyIncidents, type Dirty } from './dirty.ts';
import { createLanes } from './lanes.ts';
import { createNews } from './news.ts';
import type { OutboxOptions } from './options.ts';
import { channelFor } from './routed-channel.ts';
import { createVisit } from './visit.ts';

/** Incidents that are looked at, at the same time. */
const MOST_LOOKS = 4;
/** Milliseconds that a render waits for its incident: as long as the queue waits between two items anyway. */
const RENDER_MS = 900;
/** An incident that another process draws, or that could not be drawn, is left alone for this long in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Brings the channel in line with the state of incidents. One row for all of them: calls are scarce, and each goes to
 * whoever needs it most, so that no incident keeps another from being seen.
 */
export interface Outbox {
  /** Puts an incident in the row; `busy` when it is not drawn within a moment. */
  render(incidentId: string, signal: AbortSignal): Promise<'done' | 'busy'>;
  /** The row of the first message of a new incident, when Slack can be reached now. */
  reserve(incidentId: string, channel: string | null): ChatMessage | null;
  /** The incident with its reserved row is durable. */
  announce(incident: Incident): void;
  /** Incidents that are not drawn as they should be. */
  waiting(): number;
  /** Lets an incident be looked at again, without waiting for it. */
  redraw(incidentId: string): void;
  /** Waits for the calls that are under way. */
  settled(): Promise<void>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, health, signal } = options;
  const beside = createBeside(options);
  const row = createDirtyIncidents();
  const lanes = createLanes(clock);
  const news = createNews(options.tools);
  const visit = createVisit({ ...options, beside, row, lanes, news, redraw });
  const visits = new Set<Promise<void>>();
  let looks = 0;
  let alarm: AbortController | undefined;

  function redraw(incidentId: string): void {
    if (signal.aborted) return;
    row.mark(incidentId);
    step();
  }

  /** Starts whatever can start now, and comes again when something else can. */
  function step(): void {
    if (signal.aborted || !health.isOpen()) return;
    const now = clock.steady();
    for (const dirty of row.all.values()) {
      if (looks >= MOST_LOOKS) break;
      if (!dirty.visited && dirty.notBefore <= now && dirty.seen !== dirty.marks) startVisit(dirty, null);
    }
    const idle = [...row.all.values()].filter(({ visited, notBefore }) => !visited && notBefore <= now);
    const claims = idle.flatMap((dirty) => dirty.claims);
    for (const lane of new Set(claims.map((claim) => claim.lane))) {
      const winner = lanes.winner(lane, claims);
      if (winner !== null) startVisit(winner.incident, lane);
    }
    setAlarm(now);
  }

  /** With a lane, the incident is served there; without one it is looked at, and served when nobody else waits. */
  function startVisit(dirty: Dirty, lane: string | null): void {
    if (dirty.visited) return;
    dirty.visited = true;
    if (lane === null) looks += 1;
    else lanes.reserve(lane, dirty);
    const ended = visitOnce(dirty).finally(() => {
      if (lane === null) looks -= 1;
      else lanes.release(lane, dirty);
      dirty.visited = false;
      visits.delete(ended);
      step();
    });
    visits.add(ended);
  }

  async function visitOnce(dirty: Dirty): Promise<void> {
    try {
      const status = await visit(dirty);
      dirty.failures = 0;
      if (status === 'elsewhere') leaveAlone(dirty, FIRST_PAUSE_MS);
    } catch (error) {
      dirty.failures += 1;
      leaveAlone(dirty, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(dirty.failures, 10)));
      row.fail(dirty, error);
    }
  }

  /** It is looked at again afterwards. */
  function leaveAlone(dirty: Dirty, ms: number): void {
    dirty.notBefore = clock.steady() + ms;
    dirty.seen = null;
  }

  function setAlarm(now: number): void {
    alarm?.abort();
    const times = [...row.all.values()].flatMap((dirty) => {
      if (dirty.visited) return [];
      if (dirty.notBefore > now) return [dirty.notBefore - now];
      return dirty.claims.map((claim) => lanes.wait(claim)).filter((ms) => ms > 0);
    });
    if (times.length === 0) return;
    alarm = new AbortController();
    clock.sleep(Math.min(...times), alarm.signal).then(step, () => undefined);
  }

  health.onChange(step);
  signal.addEventListener('abort', () => alarm?.abort(), { once: true });

  return {
    async render(incidentId, renderSignal) {
      if (signal.aborted || renderSignal.aborted) return 'busy';
      const dirty = row.mark(incidentId);
      const { promise } = dirty.ended;
      step();
      if (!health.isOpen()) return 'busy';
      const over = new AbortController();
      const stop = AbortSignal.any([signal, renderSignal, over.signal]);
      const late = clock.sleep(RENDER_MS, stop).then(
        () => 'busy' as const,
        () => 'busy' as const,
      );
      try {
        return await Promise.race([promise.then(() => 'done' as const), late]);
      } finally {
        over.abort();
      }
    },
    reserve: (incidentId, channel) =>
      signal.aborted || !health.isOpen()
        ? null
        : news.reserve(incidentId, channelFor(options.tools, channel)),
    announce: (incident) => news.announce(incident),
    redraw,
    waiting: () => [...row.all.keys()].filter((id) => !beside.has(id)).length,
    async settled() {
      while (visits.size > 0) await Promise.allSettled(visits);
    },
  };
}
