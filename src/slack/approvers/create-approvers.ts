import { webApi } from '@slack/bolt';
import { type Approver, isGroup, type Members } from '../../domain/authority.ts';
import type { Approvers } from '../../ports/approvers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fetch } from '../../ports/http.ts';
import type { OnCall } from '../../ports/on-call.ts';
import { clientOptions } from '../app/client-options.ts';
import { presentToken } from '../app/present-token.ts';
import { withTimeout } from '../app/with-timeout.ts';
import type { SlackConfig, SlackLogger } from '../bot.ts';
import { createAddresses } from './addresses.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** Milliseconds that a decision waits for one entry: Slack gives 3 s for the whole of a click. */
const READ_MS = 1_200;
/**
 * Milliseconds for which an answer is used again. Slack takes about 20 such questions a minute, and a storm of clicks is
 * one moment; whoever was removed longer ago than this is out.
 */
const FRESH_MS = 3_000;

export interface ApproversOptions {
  readonly config: SlackConfig;
  readonly fetch: Fetch;
  readonly onCall: OnCall;
  readonly clock: Clock;
  readonly logger: SlackLogger;
}

interface Reading {
  readonly at: number;
  readonly members: Promise<Members>;
}

/** Reads user groups from Slack, and on-call sources by way of it: people are known by their Slack user id. */
export function createSlackApprovers({ config, fetch, onCall, clock, logger }: ApproversOptions): Approvers {
  const bot = presentToken(config.botToken, fetch);
  const client = new webApi.WebClient(bot.token, clientOptions(config, logger, bot.fetch));
  const addresses = createAddresses(client, clock);
  const readings = new Map<string, Reading>();

  async function peopleOf(approver: Approver, signal: AbortSignal): Promise<readonly string[]> {
    if (typeof approver !== 'string') {
      const people = await onCall.now(approver.onCall, signal);
      const ids = people.map(async ({ slackId, email }) =>
        slackId === null && email !== null ? addresses.idOf(email) : slackId,
      );
      return (await Promise.all(ids)).filter((id) => id !== null);
    }
    if (!isGroup(approver)) return [approver];
    return (await client.usergroups.users.list({ usergroup: approver })).users ?? [];
  }

  async function read(approver: Approver): Promise<Members> {
    const late = new AbortController();
    try {
      const asked = peopleOf(approver, late.signal);
      const people = await withTimeout(asked, READ_MS, () => new Error('no answer in time'));
      return { approver, people, problem: null };
    } catch (error) {
      logger.warn({ err: error, approver }, 'Who may decide could not be read');
      return { approver, people: [], problem: whyUnreadable(error) };
    } finally {
      late.abort(new Error('It took too long.'));
    }
  }

  return {
    async membersOf(approver) {
      const key = JSON.stringify(approver);
      const now = clock.now().getTime();
      const last = readings.get(key);
      if (last !== undefined && now - last.at < FRESH_MS) return await last.members;
      const reading = { at: now, members: read(approver) };
      readings.set(key, reading);
      const members = await reading.members;
      // What could not be read is asked again by the next click.
      if (members.problem !== null && readings.get(key) === reading) readings.delete(key);
      return members;
    },
  };
}
