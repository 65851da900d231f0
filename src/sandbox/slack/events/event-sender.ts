import type { Delivery } from '../delivery/delivery.ts';
import type { JsonObject } from '../json.ts';
import type { CheckedManifest } from '../manifest.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What the sender of events needs. */
export interface EventSenderOptions {
  workspace: Workspace;
  manifest: CheckedManifest;
  delivery: () => Delivery;
  /** Milliseconds before the first, second and third repetition. */
  retryDelaysMs: readonly number[];
}

/** Sends events to the app, and again when the app does not acknowledge them. */
export class EventSender {
  readonly #options: EventSenderOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  /**
   * Sends an event that the manifest subscribes to; others are left out, as Slack does. The subscription is
   * the event's type unless another name is given (`message.im`).
   */
  send(event: JsonObject, subscription = String(event.type)): void {
    const subscribed = this.#options.manifest.settings.event_subscriptions?.bot_events ?? [];
    if (subscribed.includes(subscription)) void this.#attempt(this.#callback(event), 0, '');
  }

  /** Gives up all repetitions. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(payload: JsonObject, num: number, reason: string): Promise<void> {
    const dispatch = { type: 'events_api' as const, payload };
    const retry = num === 0 ? {} : { retry: { num, reason } };
    const verdict = await this.#options.delivery().deliver({ ...dispatch, ...retry });
    const delay = this.#options.retryDelaysMs[num];
    if (verdict.verdict === 'acked' || verdict.noRetry === true || delay === undefined || this.#stopped)
      return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(payload, num + 1, verdict.reason ?? 'unknown_error');
    }, delay);
    this.#timers.add(timer);
  }

  #callback(event: JsonObject): JsonObject {
    const { workspace } = this.#options;
    const { team, bot, ids } = workspace;
    return {
      token: 'sandbox-verification-token',
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: bot.appId,
      event,
      type: 'event_callback',
      event_id: ids.next('Ev'),
      event_time: Math.floor(workspace.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: team.id,
          user_id: bot.userId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${ids.next('evctx')}`,
    };
  }
}
