import type { webApi } from '@slack/bolt';
import type { Person } from '../../domain/actor.ts';
import { describeError } from '../../domain/errors.ts';
import { hashJson } from '../../domain/json.ts';
import type { IncidentDesk } from '../../engine/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Drills } from '../../ports/drills.ts';
import type { HealthBoard } from '../../ports/health.ts';
import type { OnCall } from '../../ports/on-call.ts';
import type { ChatMessages } from '../../ports/state.ts';
import { type HomeInput, homeView } from '../blocks/home-view.ts';
import type { SlackLogger } from '../bot.ts';
import { permalink } from '../listeners/permalink.ts';
import { createWatches } from './watches.ts';

export interface HomeOptions {
  readonly client: webApi.WebClient;
  readonly desk: Pick<IncidentDesk, 'listOpen' | 'waitingFor'>;
  readonly messages: ChatMessages;
  readonly board: HealthBoard;
  readonly drills: Pick<Drills, 'last'>;
  readonly onCall: OnCall;
  readonly clock: Clock;
  readonly logger: SlackLogger;
  /** Whether messages may be sent. */
  readonly isOpen: () => boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The Home tabs of those who look at them. */
export interface Home {
  /** Somebody opened the tab: it is filled, and kept up to date for a while. */
  opened(person: Person): Promise<void>;
}

/** Milliseconds for which a tab is kept up to date after it was opened last. */
const KEPT_MS = 30 * 60_000;
/** Milliseconds between two rounds; with MOST_KEPT people it stays below half of what Slack allows (100 calls a minute). */
const ROUND_MS = 10_000;
/** So many tabs are kept up to date; those opened last win. */
const MOST_KEPT = 8;

interface Kept {
  readonly person: Person;
  readonly until: number;
  hash: string;
}

/** Publishes a tab when it is opened, and again whenever what it shows has changed, at most once a round. */
export function createHome(options: HomeOptions): Home {
  const { client, clock, logger, signal } = options;
  const kept = new Map<string, Kept>();
  const watches = createWatches(options);
  let running = false;

  async function publish(tab: Kept): Promise<void> {
    const view = homeView(await inputFor(tab.person));
    const hash = hashJson(view);
    if (hash === tab.hash || signal.aborted) return;
    await client.views.publish({ user_id: tab.person.id, view });
    tab.hash = hash;
  }

  /** When the state does not answer, the connections are shown all the same: that is when people look. */
  async function inputFor(person: Person): Promise<HomeInput> {
    const connections = options.board.list();
    const onCall = await watches();
    try {
      const [open, mine, drill] = await Promise.all([
        options.desk.listOpen(),
        options.desk.waitingFor(person),
        options.drills.last(),
      ]);
      const linked = await Promise.all(
        open.map(async (incident) => ({ incident, url: await permalink(options, incident.id) })),
      );
      const ids = new Set(mine.map(({ id }) => id));
      const own = linked.filter(({ incident }) => ids.has(incident.id));
      return { open: linked, mine: own, connections, drill, onCall, problem: null };
    } catch (error) {
      const { message, hint } = describeError(error);
      return {
        open: [],
        mine: [],
        connections,
        drill: null,
        onCall,
        problem: `Incidents cannot be read: ${message} ${hint}`,
      };
    }
  }

  function forgetOld(): void {
    const now = clock.now().getTime();
    for (const [id, { until }] of kept) if (until < now) kept.delete(id);
    for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(id);
  }

  async function rounds(): Promise<void> {
    for (;;) {
      await clock.sleep(ROUND_MS, signal);
      forgetOld();
      if (kept.size === 0) return;
      if (!options.isOpen()) continue;
      for (const tab of kept.values()) await publish(tab).catch((error: unknown) => failed(error));
    }
  }

  function failed(error: unknown): void {
    if (!signal.aborted) logger.warn({ err: error }, 'A Home tab could not be published');
  }

  function keepGoing(): void {
    if (running) return;
    running = true;
    rounds()
      .catch(failed)
      .finally(() => {
        running = false;
      });
  }

  return {
    async opened(person) {
      const tab = { person, until: clock.now().getTime() + KEPT_MS, hash: '' };
      kept.delete(person.id);
      kept.set(person.id, tab);
      await publish(tab);
      keepGoing();
    },
  };
}
