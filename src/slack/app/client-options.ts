import type { webApi } from '@slack/bolt';
import type { Fetch } from '../../ports/http.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import { sdkLogger } from './sdk-logger.ts';

/** Milliseconds after which a request to Slack counts as unanswered; the SDK itself would wait for ever. */
const TIMEOUT_MS = 10_000;

/**
 * Options of a Web API client, a fresh object at each call because the SDK writes into it. Measured on Bolt 5.1.0:
 * without `retryConfig` Socket Mode sets 100 retries for every client; retries after a 5xx post a message twice;
 * a 429 pauses the calls for every channel unless it is rejected; `headers` would send the bot token where the
 * app token belongs. So nothing is retried here: the outbox does it, knowing what has happened.
 */
export function clientOptions(
  config: SlackConfig,
  logger: SlackLogger,
  fetch: Fetch,
): webApi.WebClientOptions {
  return {
    ...(config.apiUrl === null ? {} : { slackApiUrl: config.apiUrl }),
    fetch,
    retryConfig: { retries: 0 },
    timeout: TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    logger: sdkLogger(logger),
  };
}
