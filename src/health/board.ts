import type { Clock } from '../ports/clock.ts';
import type { ConnectionHealth, HealthBoard } from '../ports/health.ts';

/** What the board shows of Slack: its own health says the trouble in a sentence. */
interface SlackTrouble {
  readonly connected: boolean;
  readonly trouble: string | null;
  /** Since when there is trouble, or null. */
  readonly since: Date | null;
}

export interface BoardSources {
  /** Each tells how its connections are, without asking anybody. */
  readonly connections: readonly (() => readonly ConnectionHealth[])[];
  readonly slack: () => SlackTrouble;
  readonly clock: Pick<Clock, 'now'>;
}

/** Every connection, Slack's last. */
export function createHealthBoard({ connections, slack, clock }: BoardSources): HealthBoard {
  const startedAt = clock.now().toISOString();
  let lastTrouble: ConnectionHealth['lastError'] = null;
  const slackHealth = (): ConnectionHealth => {
    const { connected, trouble, since } = slack();
    const message = trouble ?? (connected ? null : 'Not connected: clicks and commands do not arrive.');
    if (message !== null) lastTrouble = { code: 'slack-unreachable', message, at: clock.now().toISOString() };
    return {
      system: 'slack',
      name: 'calls and both links',
      state: message === null ? 'up' : 'down',
      since: since?.toISOString() ?? (message === null && lastTrouble !== null ? lastTrouble.at : startedAt),
      lastError: lastTrouble,
    };
  };
  return { list: () => [...connections.flatMap((read) => read()), slackHealth()] };
}

/** A connection that is down, in one sentence. */
export function downSentence({ name, since, lastError }: ConnectionHealth): string {
  const why = lastError === null ? 'it was lost and is opened again' : lastError.message;
  return `${name}: down since ${since ?? 'the start'}: ${why}`;
}
