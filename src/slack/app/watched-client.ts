import { webApi } from '@slack/bolt';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Health } from '../health/health.ts';
import { slackFault } from './slack-fault.ts';
import { whyUnanswered } from './why-unanswered.ts';

/** A Web API client that reports to health of every call whether Slack answered it. */
export class WatchedClient extends webApi.WebClient {
  readonly #health: Health;
  readonly #telemetry: Pick<Telemetry, 'call'> | undefined;

  constructor(
    token: string,
    options: webApi.WebClientOptions,
    health: Health,
    telemetry?: Pick<Telemetry, 'call'>,
  ) {
    super(token, options);
    this.#health = health;
    this.#telemetry = telemetry;
  }

  override async apiCall(
    method: string,
    options?: Record<string, unknown>,
  ): Promise<webApi.WebAPICallResult> {
    try {
      const call = async () => super.apiCall(method, options);
      const answer = await (this.#telemetry?.call('slack', method, call) ?? call());
      this.#health.answered(method);
      return answer;
    } catch (error) {
      if (whyUnanswered(error) === null) this.#health.answered(method);
      else this.#health.unanswered(method, slackFault(error, method));
      throw error;
    }
  }
}
